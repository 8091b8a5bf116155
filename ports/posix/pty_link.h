/* pty_link.h: the symbolic link under which hosts find a pseudo-terminal. */
#ifndef POSIX_PTY_LINK_H
#define POSIX_PTY_LINK_H

#include "posix/port_failure.h"

/* Marks the terminal behind `slave_fd` as the one that the link `path` stands for, as long as it is
 * open, so that pty_link_make() of another tlsmodem leaves the link alone. */
void pty_link_claim(int slave_fd, const char *path);

/* Makes `path` a link to the terminal `slave`.  A link left behind by a tlsmodem that is gone is
 * replaced, in one step.  ERR_BUSY: a living one has it, or it is something else. */
enum err pty_link_make(const char *path, const char *slave, struct port_failure *ret_failure);

/* Removes `path` if it is still a link to `slave`. */
void pty_link_remove(const char *path, const char *slave);

#endif
