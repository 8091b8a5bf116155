/* tls_guests.h: hosts that have come to a door and are not let in yet: their handshakes go on
 * beside each other, so that nobody keeps others from a port whose certificate is good.
 *
 * So many at most; one more, and the oldest is hung up on, who has had its time.
 */
#ifndef POSIX_TLS_GUESTS_H
#define POSIX_TLS_GUESTS_H

#include "posix/loop.h"
#include "posix/tls_host.h"

enum { TLS_GUESTS_MAX = 8 };

struct tls_guests;

/* A guest whose handshake went well is let in: takes over `fd`, of which nothing behind the
 * handshake was read, and `host`, TLS_HOST_IN, whose tls_host_out() may have something still. There
 * is no room any more then until tls_guests_let_in(), which may be called inside.  From the loop.
 */
typedef void tls_guests_admit_fn(void *ctx, int fd, struct tls_host *host);

/* None has come, and there is room for one.  `label`, for the log, is borrowed, like `door`, until
 * tls_guests_close(). ERR_NO_MEMORY. */
enum err tls_guests_open(struct posix_loop *loop, const struct tls_door *door, const char *label,
                         tls_guests_admit_fn *admit, void *ctx, struct tls_guests **ret_guests);

/* A host has come: takes over its connection `fd`, which does not block.  Fails without memory or
 * descriptors; then it was hung up on. */
enum err tls_guests_take(struct tls_guests *guests, int fd);

/* There is room for one: the first that is ready is let in, not before the loop's next turn. */
void tls_guests_let_in(struct tls_guests *guests);

/* Hangs up on all; NULL is nothing. */
void tls_guests_close(struct tls_guests *guests);

#endif
