/* flight.h: bytes on their way: packets in order, each with the time at which it arrives. */
#ifndef WRAP_FLIGHT_H
#define WRAP_FLIGHT_H

#include "base/span.h"

#include <stddef.h>
#include <stdint.h>

struct packet {
    struct packet *next;
    int64_t at_ms;
    size_t len, done;
    uint8_t bytes[];
};

/* Zeroed: empty. */
struct flight {
    struct packet *first, *last;
    size_t memory; /* in bytes, of all packets */
};

/* Memory for `len` bytes, owned by the caller until flight_add().  NULL: no memory. */
struct packet *packet_new(size_t len);

/* Keeps the first `len` bytes, in a smaller piece of memory if there is one. */
struct packet *packet_cut(struct packet *packet, size_t len);

/* Wipes and frees one that was not added; NULL is nothing. */
void packet_free(struct packet *packet);

/* Sends it off, to arrive at `at_ms`, not before those that were added before. */
void flight_add(struct flight *flight, struct packet *packet, int64_t at_ms);

/* When the first packet arrives; CLOCK_NEVER when there is none. */
int64_t flight_next_ms(const struct flight *flight);

/* The rest of the first packet; len 0 when none has arrived at `now_ms`. */
struct span flight_peek(const struct flight *flight, int64_t now_ms);

/* Takes the first `count` bytes of what flight_peek() gave, and the packet when that is all. */
void flight_take(struct flight *flight, size_t count);

/* Forgets the first packet, which must be there. */
void flight_drop(struct flight *flight);

/* Forgets all. */
void flight_clear(struct flight *flight);

#endif
