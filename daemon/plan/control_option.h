/* control_option.h: where a run is controlled, as --control and a file have it. */
#ifndef DAEMON_CONTROL_OPTION_H
#define DAEMON_CONTROL_OPTION_H

#include "base/text.h"
#include "posix/port.h"

#include <stdbool.h>

/* Reads "[HOST:]PORT", of this machine alone, or "unix:PATH"; `name` is what error messages begin
 * with.  False: `error` says what is wrong and what is allowed. */
bool control_option_read(const char *name, const char *value, struct port_spec *ret_spec,
                         struct text *error);

/* Whether the place may have this file with a token, NULL: none.  `name` and `file_name` are what
 * messages call the two.  False: `error` says what is allowed. */
bool control_option_check(const char *name, const struct port_spec *spec, const char *file_name,
                          const char *token_file, struct text *error);

#endif
