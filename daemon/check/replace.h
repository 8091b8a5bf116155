/* replace.h: other bytes for a file that is there. */
#ifndef DAEMON_CHECK_REPLACE_H
#define DAEMON_CHECK_REPLACE_H

#include "base/span.h"

#include <stdbool.h>

/* Puts `bytes` in place of what the file at `path` has; it keeps its mode, and a symbolic link goes
 * on to point to it.  False: it is as it was. */
bool check_replace(const char *path, struct span bytes);

#endif
