/* seat.h: a port whose hosts are brought to it, one at a time: that of a modem of a pool. */
#ifndef POSIX_SEAT_H
#define POSIX_SEAT_H

#include "posix/port.h"

/* Makes one on `loop`, to be closed like any port.  `label` is copied.  `on_left` is called, from
 * the loop, when a host has left and the next may be brought.  ERR_NO_MEMORY. */
enum err seat_open(struct posix_loop *loop, const char *label, void (*on_left)(void *ctx),
                   void *ctx, struct port **ret_port);

/* Brings a host to a seat that has none, after port_start(): `host_fd`, its connection over TCP,
 * which does not block, belongs to the seat from now on.  From the loop.  Fails without memory or
 * descriptors; then the host was hung up on, and the seat has none. */
enum err seat_take(struct port *port, int host_fd);

#endif
