/* outbox.c: what the peer of a connection has not taken yet. */
#include "services/outbox.h"

#include "base/wipe.h"

#include <assert.h>
#include <stdlib.h>

void outbox_init(struct outbox *outbox, size_t cap)
{
    assert(cap > 0 && cap <= UINT32_MAX);
    *outbox = (struct outbox){ .cap = (uint32_t)cap };
}

void outbox_init_in(struct outbox *outbox, void *memory, size_t cap)
{
    assert(memory != NULL);
    outbox_init(outbox, cap);
    outbox->memory = memory;
    outbox->lent = true;
}

size_t outbox_len(const struct outbox *outbox)
{
    return outbox->len;
}

size_t outbox_room(const struct outbox *outbox)
{
    return outbox->cap - outbox->len;
}

bool outbox_reserve(struct outbox *outbox)
{
    if (outbox->memory == NULL)
        outbox->memory = malloc(outbox->cap);
    return outbox->memory != NULL;
}

uint8_t *outbox_tail(struct outbox *outbox)
{
    if (!outbox_reserve(outbox))
        return NULL;
    if (outbox->start > 0)
        memmove(outbox->memory, outbox->memory + outbox->start, outbox->len);
    outbox->start = 0;
    return outbox->memory + outbox->len;
}

void outbox_commit(struct outbox *outbox, size_t count)
{
    assert(count <= outbox_room(outbox));
    outbox->len += (uint32_t)count;
}

size_t outbox_put(struct outbox *outbox, struct span bytes)
{
    size_t room = outbox_room(outbox);
    size_t part = bytes.len < room ? bytes.len : room;
    uint8_t *tail = part > 0 ? outbox_tail(outbox) : NULL;

    if (tail == NULL)
        return 0;
    memcpy(tail, bytes.data, part);
    outbox_commit(outbox, part);
    return part;
}

bool outbox_flush(struct outbox *outbox, struct connection *connection)
{
    assert(outbox->start + (uint64_t)outbox->len <= outbox->cap);
    while (outbox->len > 0) {
        size_t sent =
            connection_write(connection, span_at(outbox->memory + outbox->start, outbox->len));

        if (sent == 0)
            return false;
        outbox->start += (uint32_t)sent;
        outbox->len -= (uint32_t)sent;
    }
    outbox_clear(outbox);
    return true;
}

void outbox_clear(struct outbox *outbox)
{
    if (outbox->memory != NULL)
        wipe(outbox->memory, outbox->cap);
    if (!outbox->lent) {
        free(outbox->memory);
        outbox->memory = NULL;
    }
    outbox->start = outbox->len = 0;
}
