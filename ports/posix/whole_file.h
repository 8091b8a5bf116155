/* whole_file.h: a file that is there whole or not at all: it is written under another name beside
 * it, and gets its own when that is done. */
#ifndef POSIX_WHOLE_FILE_H
#define POSIX_WHOLE_FILE_H

#include "base/span.h"

#include <stdbool.h>
#include <sys/types.h>

enum whole_file_name {
    WHOLE_FILE_REPLACES, /* a regular file that has its name, or a symbolic link itself that leads
                          * to one or to nothing, but none that leads into /proc, as /dev/stdout
                          * does; what else has it stays, and the call fails: ENOTSUP */
    WHOLE_FILE_IS_NEW    /* one that has its name stays, and the call fails: EEXIST */
};

/* Has `put` write what is to be in it to a descriptor, and gives it that mode and its name.  False:
 * errno, of `put` too, and all is as it was. */
bool whole_file_write(const char *path, mode_t mode, enum whole_file_name name,
                      bool (*put)(void *ctx, int fd), void *ctx);

/* The same for bytes that are there. */
bool whole_file_write_bytes(const char *path, mode_t mode, enum whole_file_name name,
                            struct span bytes);

/* Whether one could be begun: begins one, and removes it.  False: errno. */
bool whole_file_can_begin(const char *path);

/* Whether WHOLE_FILE_REPLACES may have this name: nothing has it, or what may be replaced. */
bool whole_file_may_replace(const char *path);

/* Writes all of the bytes.  False: errno. */
bool whole_file_put(int fd, struct span bytes);

#endif
