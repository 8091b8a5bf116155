/* set_option.h: --set, the values of variables of a transcript. */
#ifndef DAEMON_CHECK_SET_OPTION_H
#define DAEMON_CHECK_SET_OPTION_H

#include "base/text.h"
#include "transcript/values.h"

/* Reads NAME=VALUE, or NAME=@FILE, into `values`, for the command of this name.  False: `error`
 * says what is wrong and what is allowed. */
bool set_option_read(struct values *values, const char *command, const char *value,
                     struct text *error);

#endif
