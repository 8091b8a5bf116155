/* identity_options.h: a modem's numbers, as the command line or a file gives them. */
#ifndef DAEMON_IDENTITY_OPTIONS_H
#define DAEMON_IDENTITY_OPTIONS_H

#include "base/text.h"
#include "tlsmodem.h"

/* Each reads one value into memory as tlsmodem.h says, with its check digit; false: `error` says
 * what is wrong with what `name` names ("--imei") and what is allowed. */
bool identity_option_imei(const char *name, const char *value, char *ret_imei, struct text *error);
bool identity_option_imsi(const char *name, const char *value, char *ret_imsi, struct text *error);
bool identity_option_iccid(const char *name, const char *value, char *ret_iccid,
                           struct text *error);

#endif
