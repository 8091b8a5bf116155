/* listen_option.h: the value of --listen. */
#ifndef DAEMON_LISTEN_OPTION_H
#define DAEMON_LISTEN_OPTION_H

#include "base/text.h"
#include "tlsmodem.h"

#include <stdbool.h>

/* Reads ADDR[:FIRST-LAST].  False: `error` has one line that says what is allowed. */
bool listen_option_read(const char *value, struct tlsmodem_listening *ret_listening,
                        struct text *error);

#endif
