/* ring.c: a byte queue of fixed size. */
#include "base/ring.h"

#include <assert.h>

void ring_init(struct ring *ring, uint8_t *memory, size_t cap)
{
    assert(memory != NULL || cap == 0);
    assert(cap <= UINT32_MAX);
    *ring = (struct ring){ .memory = memory, .cap = (uint32_t)cap };
}

uint8_t *ring_tail(struct ring *ring, size_t *ret_room)
{
    size_t end = (size_t)ring->start + ring->len;

    assert(ring->start < ring->cap || ring->cap == 0);
    if (end >= ring->cap) {
        end -= ring->cap;
        *ret_room = ring->start - end;
    } else {
        *ret_room = ring->cap - end;
    }
    return ring->memory + end;
}

void ring_commit(struct ring *ring, size_t count)
{
    assert(count <= ring_room(ring));
    ring->len += (uint32_t)count;
}

size_t ring_put(struct ring *ring, struct span bytes)
{
    size_t done = 0;

    while (done < bytes.len && ring->len < ring->cap) {
        size_t room;
        uint8_t *tail = ring_tail(ring, &room);
        size_t part = bytes.len - done < room ? bytes.len - done : room;

        memcpy(tail, bytes.data + done, part);
        ring_commit(ring, part);
        done += part;
    }
    return done;
}

struct span ring_peek(const struct ring *ring)
{
    size_t piece = ring->cap - ring->start;

    return span_at(ring->memory + ring->start, ring->len < piece ? ring->len : piece);
}

void ring_drop(struct ring *ring, size_t count)
{
    if (count >= ring->len) {
        ring->start = 0;
        ring->len = 0;
        return;
    }
    ring->start = (uint32_t)((ring->start + count) % ring->cap);
    ring->len -= (uint32_t)count;
}
