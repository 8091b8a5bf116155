/* wire.h: sockets and devices that are waited for, each up to a moment. */
#ifndef DAEMON_CHECK_WIRE_H
#define DAEMON_CHECK_WIRE_H

#include "base/bytes.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>

/* This machine's growing clock. */
int64_t wire_now_ms(void);

/* Whoever waits or reads here stops once `*flag`, which a signal's handler sets, is not 0; for the
 * process.  NULL: nobody wants an end, as at the beginning.  Borrowed.  Returns the one before. */
const volatile sig_atomic_t *wire_cancel_by(const volatile sig_atomic_t *flag);

/* True from when an end is wanted. */
bool wire_is_cancelled(void);

/* Waits until `fd` has one of the events of poll(), or `deadline_ms` has come,
 * or an end is wanted: false. */
bool wire_wait(int fd, short events, int64_t deadline_ms);

/* A socket, which does not block, bound to a numeric address and a port, 0 for any; `type` as for
 * socket().  -1: errno says why.  `ret_port` is the one that it got. */
int wire_bind(const char *address, uint16_t port, int type, uint16_t *ret_port);

/* Such an address and port, for sendto().  False: errno says why. */
bool wire_address(const char *address, uint16_t port, struct sockaddr_storage *ret_at,
                  socklen_t *ret_len);

/* Connects to a port of a numeric address.  -1: errno says why. */
int wire_connect(const char *address, uint16_t port, int64_t deadline_ms);

/* A port of a numeric address that nobody has, TCP nor UDP, for a module to take.  False: errno
 * says why there is none. */
bool wire_free_port(const char *address, uint16_t *ret_port);

/* Connects to a Unix socket.  -1: errno says why. */
int wire_connect_unix(const char *path);

/* The next connection to a listening socket, which does not block.  -1: none has come. */
int wire_accept(int listener, int64_t deadline_ms);

/* Reads what there is, up to `cap` bytes, waiting for the first: 0 at the end of the stream, -1
 * when nothing came or the connection is gone; then errno is ETIMEDOUT, or says why: ECANCELED, an
 * end is wanted, whatever there is to read. */
ssize_t wire_read(int fd, void *buf, size_t cap, int64_t deadline_ms);

/* Writes all of it; false: errno says why. */
bool wire_write(int fd, struct span bytes, int64_t deadline_ms);

/* Closes with RST. */
void wire_reset(int fd);

#endif
