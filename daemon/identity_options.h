/* identity_options.h: the values of --imei, --imsi and --iccid. */
#ifndef DAEMON_IDENTITY_OPTIONS_H
#define DAEMON_IDENTITY_OPTIONS_H

#include "base/text.h"
#include "tlsmodem.h"

/* Each reads one value into memory as tlsmodem.h says, with its check digit; false: `error` says
 * what is wrong and what is allowed. */
bool identity_option_imei(const char *value, char *ret_imei, struct text *error);
bool identity_option_imsi(const char *value, char *ret_imsi, struct text *error);
bool identity_option_iccid(const char *value, char *ret_iccid, struct text *error);

#endif
