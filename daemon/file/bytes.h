/* bytes.h: a whole file that somebody named, of bounded size. */
#ifndef DAEMON_FILE_BYTES_H
#define DAEMON_FILE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a regular file of at most `max` bytes into memory for free(), with a NUL behind it.  NULL:
 * `ret_why` has the reason, which is static. */
uint8_t *file_bytes_read(const char *path, size_t max, size_t *ret_len, const char **ret_why);

/* True when the path names a file that can be read and has 1 to `max` bytes; else as above. */
bool file_bytes_are_there(const char *path, size_t max, const char **ret_why);

#endif
