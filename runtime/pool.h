/* pool.h: one listener for many modems: each connection gets the lowest free one until its end. */
#ifndef RUNTIME_POOL_H
#define RUNTIME_POOL_H

#include "posix/port.h"
#include "posix/port_failure.h"
#include "runtime/world.h"
#include "tlsmodem.h"

struct pool;
struct pool_seat;

/* Counted since the pool was opened. */
struct pool_counts {
    uint64_t taken, refused; /* hosts that got a modem, that got none */
    size_t seats, busy;      /* now */
};

/* Listens at the TCP address of `spec` in the thread of `world`, where pool_close() is called, too;
 * hosts wait until pool_start().  Errors are port_open()'s. */
enum err pool_open(struct runtime_world *world, const struct port_spec *spec,
                   struct port_failure *ret_failure, struct pool **ret_pool);

/* Kind and place of the listener, as a host has to know it; good until the pool is closed. */
const char *pool_label(const struct pool *pool);

/* Gives the pool one more modem, borrowed until pool_leave(), whose number decides which of the
 * free ones is the lowest: a seat at its port 0, in the thread of its `world`, where this is
 * called. ERR_NO_MEMORY. */
enum err pool_join(struct pool *pool, struct runtime_world *world, struct tlsmodem *modem,
                   size_t number, struct pool_seat **ret_seat);

/* Lets the seat's modem and its host hear each other; a host that was sent before has waited.  The
 * host drives `terminal`, the modem's own or one around it.  Once, in the thread of pool_join(). */
void pool_seat_start(struct pool_seat *seat, struct terminal *terminal);

/* Takes a modem out and closes its port, with its host, in the thread of pool_join().  NULL is
 * nothing. */
void pool_leave(struct pool_seat *seat);

/* Hosts are sent from now on. */
void pool_start(struct pool *pool);

/* Any thread. */
struct pool_counts pool_counts(struct pool *pool);

/* Hangs up on who waits, and gives everything back, after every pool_leave().  NULL is nothing. */
void pool_close(struct pool *pool);

#endif
