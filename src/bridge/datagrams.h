/* datagrams.h: datagrams that have come for a host in command mode, and wait to be read: each stays
 * one, whether it is read at once or in parts.
 */
#ifndef BRIDGE_DATAGRAMS_H
#define BRIDGE_DATAGRAMS_H

#include "base/ring.h"
#include "services/connection.h"

enum {
    DATAGRAM_MOST = 1500, /* bytes of one; the rest of a longer one is lost */
    DATAGRAM_HEAD = 4     /* what is kept with each */
};

/* All zero: none. */
struct datagrams {
    struct ring ring; /* each after its head; its memory is owned, there while there is something in
                       * it */
    uint16_t rest;    /* bytes of the first, once a part of it was read; else 0 */
    uint16_t from;    /* whose that one is */
};

/* Takes datagrams of an open UDP connection as far as one of the longest still fits into `cap`
 * bytes, at least DATAGRAM_MOST + DATAGRAM_HEAD; false: it does not any more, and the connection is
 * paused.
 * What there is no memory for is lost, as any datagram may be. */
bool datagrams_collect(struct datagrams *datagrams, struct connection *connection, size_t cap);

/* True when one of the longest still fits into `cap` bytes, which are as above. */
bool datagrams_have_room(const struct datagrams *datagrams, size_t cap);

/* Takes one of 1 to DATAGRAM_MOST bytes, for which there is room, of a sender that has a number.
 * False: there is no memory, and it is lost. */
bool datagrams_put(struct datagrams *datagrams, size_t cap, uint16_t from, struct span bytes);

/* Bytes of the first that are still to be read; 0: there is none. */
size_t datagrams_first(const struct datagrams *datagrams);

/* The number of the sender of the first; 0 where there is none, or it has come by
 * datagrams_collect(). */
uint16_t datagrams_from(const struct datagrams *datagrams);

/* How many wait. */
size_t datagrams_count(const struct datagrams *datagrams);

/* Bytes of all of them. */
size_t datagrams_bytes(const struct datagrams *datagrams);

/* Takes bytes of the first, as far as `cap` goes; how many.  The rest of it is read next. */
size_t datagrams_read(struct datagrams *datagrams, uint8_t *buf, size_t cap);

/* Loses the rest of the one that was read in part. */
void datagrams_skip(struct datagrams *datagrams);

/* Wipes and frees them. */
void datagrams_clear(struct datagrams *datagrams);

#endif
