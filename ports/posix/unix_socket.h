/* unix_socket.h: a Unix socket at a path, for its owner only. */
#ifndef POSIX_UNIX_SOCKET_H
#define POSIX_UNIX_SOCKET_H

#include "posix/port_failure.h"

#include <stdbool.h>
#include <sys/stat.h>

/* The socket file that was made.  Zeroed: none. */
struct unix_socket_file {
    bool made;
    struct stat stat;
};

/* Makes a socket and binds it to `path`, with mode 0600, in place of one that nobody listens at.
 * ERR_INVALID: the path is too long; ERR_BUSY: somebody or something else is there; ERR_FULL;
 * others. */
enum err unix_socket_bind(const char *path, struct port_failure *ret_failure, int *ret_fd,
                          struct unix_socket_file *ret_file);

/* Removes the file at the path, if it is still the one that was made. */
void unix_socket_remove(const char *path, const struct unix_socket_file *file);

#endif
