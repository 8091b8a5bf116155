/* pty_pair.h: a pseudo-terminal, and the link under which hosts find it.
 *
 * We keep the terminal's own end open.  Without that its settings and what nobody has read yet
 * would go with each host, and our end would report a hang-up until the next one.  A host may set
 * the terminal as it likes; we only start it raw and without echo.
 */
#ifndef POSIX_PTY_PAIR_H
#define POSIX_PTY_PAIR_H

#include "posix/port_failure.h"
#include "posix/serial_format.h"

enum { PTY_PATH_CAP = 256, PTY_SLAVE_CAP = 64 };

/* Its members may be read. */
struct pty_pair {
    int master_fd, slave_fd; /* -1: not open; ours does not block */
    char slave[PTY_SLAVE_CAP];
    char path[PTY_PATH_CAP]; /* of the link; "": none */
    bool linked;
};

/* Opens one, not linked yet; `path` is "" for none, and fits.  ERR_IO: `ret_failure` says why, and
 * there is nothing to close. */
enum err pty_pair_open(struct pty_pair *pair, const char *path, struct port_failure *ret_failure);

/* Makes its link, if it has a path, from which on hosts find it.  The errors of pty_link_make(). */
enum err pty_pair_link(struct pty_pair *pair, struct port_failure *ret_failure);

/* Where hosts find it: the link, or the terminal itself. */
const char *pty_pair_where(const struct pty_pair *pair);

/* What a host has set the terminal to, as far as one can be set: it has no frame, so neither bits
 * nor parity.  False: the terminal has failed. */
bool pty_pair_format(const struct pty_pair *pair, struct serial_format *ret_format);

/* Sets rate, stop bits and circuits of flow control, as a host would; its rate is said. */
void pty_pair_set_format(const struct pty_pair *pair, const struct serial_format *format);

/* How many bytes no host has read yet. */
int pty_pair_unread(const struct pty_pair *pair);

/* Removes the link if it is still ours, and closes it.  Of one that is not open nothing. */
void pty_pair_close(struct pty_pair *pair);

#endif
