/* datagrams.c: datagrams that wait to be read. */
#include "bridge/datagrams.h"

#include "base/wipe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Length and sender, two bytes each. */
enum { HEAD_BYTES = DATAGRAM_HEAD, FROM_AT = 2 };

static size_t number_at(const struct ring *ring, size_t at)
{
    struct ring copy = *ring;
    size_t high;

    if (ring->len == 0)
        return 0;
    ring_drop(&copy, at);
    high = (size_t)ring_peek(&copy).data[0] << 8;
    ring_drop(&copy, 1);
    return high | ring_peek(&copy).data[0];
}

static size_t head_of(const struct ring *ring)
{
    return number_at(ring, 0);
}

bool datagrams_have_room(const struct datagrams *datagrams, size_t cap)
{
    assert(cap >= DATAGRAM_MOST + HEAD_BYTES);
    return cap - datagrams->ring.len >= DATAGRAM_MOST + HEAD_BYTES;
}

bool datagrams_put(struct datagrams *datagrams, size_t cap, uint16_t from, struct span bytes)
{
    uint8_t head[HEAD_BYTES] = { (uint8_t)(bytes.len >> 8), (uint8_t)bytes.len,
                                 (uint8_t)(from >> 8), (uint8_t)from };

    assert(bytes.len > 0 && bytes.len <= DATAGRAM_MOST && datagrams_have_room(datagrams, cap));
    if (datagrams->ring.memory == NULL) {
        uint8_t *memory = malloc(cap);

        if (memory == NULL)
            return false;
        ring_init(&datagrams->ring, memory, cap);
    }
    ring_put(&datagrams->ring, span_at(head, sizeof(head)));
    ring_put(&datagrams->ring, bytes);
    return true;
}

bool datagrams_collect(struct datagrams *datagrams, struct connection *connection, size_t cap)
{
    uint8_t datagram[DATAGRAM_MOST];

    assert(connection->transport == NET_UDP);
    while (datagrams_have_room(datagrams, cap)) {
        size_t got = connection_read(connection, datagram, sizeof(datagram));

        if (got == 0)
            return true;
        datagrams_put(datagrams, cap, 0, span_at(datagram, got));
        wipe(datagram, got);
    }
    connection_pause(connection);
    return false;
}

size_t datagrams_first(const struct datagrams *datagrams)
{
    return datagrams->rest > 0 ? datagrams->rest : head_of(&datagrams->ring);
}

uint16_t datagrams_from(const struct datagrams *datagrams)
{
    return datagrams->rest > 0 ? datagrams->from : (uint16_t)number_at(&datagrams->ring, FROM_AT);
}

size_t datagrams_count(const struct datagrams *datagrams)
{
    struct ring ring = datagrams->ring;
    size_t count = 0;

    if (datagrams->rest > 0) {
        ring_drop(&ring, datagrams->rest);
        count++;
    }
    for (; ring.len > 0; count++)
        ring_drop(&ring, HEAD_BYTES + head_of(&ring));
    return count;
}

size_t datagrams_bytes(const struct datagrams *datagrams)
{
    size_t heads = datagrams_count(datagrams) - (datagrams->rest > 0 ? 1 : 0);

    return datagrams->ring.len - HEAD_BYTES * heads;
}

/* Of the first: the part that is read counts as gone. */
static void drop(struct datagrams *datagrams, size_t count)
{
    assert(count <= datagrams->rest);
    ring_drop(&datagrams->ring, count);
    datagrams->rest = (uint16_t)(datagrams->rest - count);
    if (datagrams->ring.len == 0)
        datagrams_clear(datagrams);
}

size_t datagrams_read(struct datagrams *datagrams, uint8_t *buf, size_t cap)
{
    size_t first = datagrams_first(datagrams);
    size_t part = first < cap ? first : cap, done = 0;

    if (part == 0)
        return 0;
    datagrams->from = datagrams_from(datagrams);
    if (datagrams->rest == 0)
        ring_drop(&datagrams->ring, HEAD_BYTES);
    datagrams->rest = (uint16_t)first;
    while (done < part) {
        struct span piece = ring_peek(&datagrams->ring);
        size_t count = piece.len < part - done ? piece.len : part - done;

        memcpy(buf + done, piece.data, count);
        done += count;
        drop(datagrams, count);
    }
    return part;
}

void datagrams_skip(struct datagrams *datagrams)
{
    drop(datagrams, datagrams->rest);
}

void datagrams_clear(struct datagrams *datagrams)
{
    if (datagrams->ring.memory != NULL)
        wipe(datagrams->ring.memory, datagrams->ring.cap);
    free(datagrams->ring.memory);
    ring_init(&datagrams->ring, NULL, 0);
    datagrams->rest = 0;
}
