/* growing_file.h: a file that a run writes to as long as it goes on. */
#ifndef DAEMON_COMMON_GROWING_FILE_H
#define DAEMON_COMMON_GROWING_FILE_H

#include "posix/port_failure.h"

/* Begins the file at `path`, for its owner alone; one that was there is replaced, unless another
 * program, or this one, writes to it, which locks it.  Writing to a pipe never waits.  The
 * descriptor is the caller's to close; `option` is what the message begins with. ERR_IO:
 * `ret_failure` has the reason. */
enum err growing_file_open(const char *option, const char *path, struct port_failure *ret_failure,
                           int *ret_fd);

#endif
