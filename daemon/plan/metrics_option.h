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

/* Whether node_exporter's textfile collector would read a file of this name.  False: `error`. */
bool metrics_option_check_file(const char *name, const char *value, struct text *error);

#endif
