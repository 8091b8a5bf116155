/* bytes.h: a whole file that somebody named, of bounded size. */
#ifndef DAEMON_FILE_BYTES_H
#define DAEMON_FILE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FILE_BYTES_ALLOWED_CAP = 60 };

/* Reads a regular file of at most `max` bytes into memory for free(), with a NUL behind it.  NULL:
 * `ret_why` has the reason, which is static. */
uint8_t *file_bytes_read(const char *path, size_t max, size_t *ret_len, const char **ret_why);

/* Looks whether the path names a regular file that can be read and has at most `max` bytes: how
 * many it has, and when it was changed, in ns since 1970.  False: as above. */
bool file_bytes_look(const char *path, size_t max, size_t *ret_len, int64_t *ret_changed_ns,
                     const char **ret_why);

/* What is allowed where one of these has said why not, for a message: its size where it is that.
 * The words are static, or in `memory`, of FILE_BYTES_ALLOWED_CAP bytes. */
const char *file_bytes_allowed(const char *why, size_t max, char *memory);

#endif
