/* metrics_option.h: where metrics are shown, as --metrics and a file have it. */
#ifndef DAEMON_METRICS_OPTION_H
#define DAEMON_METRICS_OPTION_H

#include "base/text.h"
#include "posix/port.h"

#include <stdbool.h>

/* Reads "[HOST:]PORT" or "unix:PATH"; `name` is what error messages begin with.  False: `error`
 * says what is wrong and what is allowed. */
bool metrics_option_read(const char *name, const char *value, struct port_spec *ret_spec,
                         struct text *error);

#endif
