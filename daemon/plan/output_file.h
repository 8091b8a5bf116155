/* output_file.h: the file that a command writes its result to. */
#ifndef DAEMON_OUTPUT_FILE_H
#define DAEMON_OUTPUT_FILE_H

#include "base/span.h"

#include <stdbool.h>

/* Whether the file at `path` can be written, before that takes hours; what is in it is left.  NULL,
 * standard output, can.  False: standard error says why. */
bool output_file_check(const char *path);

/* Whether what is written is a file whose place the next one takes: so it may be written time and
 * again.  False of pipes, devices and standard output. */
bool output_file_is_replaced(const char *path);

/* Puts the bytes there, in the place of what was; a file that could not be written as a whole is
 * left as it was.  False: standard error says why. */
bool output_file_write(const char *path, struct span bytes);

#endif
