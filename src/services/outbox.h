/* outbox.h: bytes on their way to the peer of a connection, which has not taken them yet: a packet
 * that is being put together, a request that is made piece by piece.
 *
 * Its memory is its own, there while there is something in it, or lent by an owner who has it
 * anyway.  Either way it is wiped once it is empty.  Whoever closes the connection clears it.
 */
#ifndef SERVICES_OUTBOX_H
#define SERVICES_OUTBOX_H

#include "services/connection.h"

struct outbox {
    uint8_t *memory; /* NULL: it is empty, and its memory is its own */
    uint32_t cap, start, len;
    bool lent;
};

/* An empty one for up to `cap` bytes, 1 to 4 GB - 1, in memory of its own. */
void outbox_init(struct outbox *outbox, size_t cap);

/* The same in `cap` bytes at `memory`, which outlives it. */
void outbox_init_in(struct outbox *outbox, void *memory, size_t cap);

/* How many bytes wait. */
size_t outbox_len(const struct outbox *outbox);

/* How many more it takes, where there is memory. */
size_t outbox_room(const struct outbox *outbox);

/* Memory for all that it may hold, until outbox_flush() leaves nothing; false: there is none. */
bool outbox_reserve(struct outbox *outbox);

/* Puts bytes behind those that wait; how many: as far as there is room, or 0 without memory. */
size_t outbox_put(struct outbox *outbox, struct span bytes);

/* Where to write up to outbox_room() bytes behind those that wait; then outbox_commit().  NULL:
 * there is no memory. */
uint8_t *outbox_tail(struct outbox *outbox);

/* So many were written there; no more than there was room. */
void outbox_commit(struct outbox *outbox, size_t count);

/* Sends what waits as far as the peer takes it now, of UDP as one datagram; true when nothing is
 * left.  Otherwise on_writable() follows, or the connection has ended. */
bool outbox_flush(struct outbox *outbox, struct connection *connection);

/* Forgets what waits. */
void outbox_clear(struct outbox *outbox);

#endif
