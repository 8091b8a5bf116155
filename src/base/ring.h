/* ring.h: a byte queue of fixed size over memory that the caller brings. */
#ifndef BASE_RING_H
#define BASE_RING_H

#include "base/span.h"

struct ring {
    uint8_t *memory;
    uint32_t cap;
    uint32_t start; /* of the oldest byte */
    uint32_t len;
};

/* Empties the ring and gives it `cap` bytes of memory, less than 4 GB, which it borrows. */
void ring_init(struct ring *ring, uint8_t *memory, size_t cap);

/* How many bytes ring_put() would take. */
static inline size_t ring_room(const struct ring *ring)
{
    return ring->cap - ring->len;
}

/* Appends as much of `bytes` as fits and returns how much that was. */
size_t ring_put(struct ring *ring, struct span bytes);

/* The oldest bytes that lie in one piece; len 0 only when the ring is empty. */
struct span ring_peek(const struct ring *ring);

/* Where the next bytes may be written in place, and how many in one piece; then ring_commit(). */
uint8_t *ring_tail(struct ring *ring, size_t *ret_room);

/* So many bytes were written there; no more than it said. */
void ring_commit(struct ring *ring, size_t count);

/* Forgets the `count` oldest bytes, or all when there are fewer. */
void ring_drop(struct ring *ring, size_t count);

#endif
