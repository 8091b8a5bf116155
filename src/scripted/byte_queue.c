/* byte_queue.c: a byte queue that grows. */
#include "scripted/byte_queue.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST_CAP = 256 };

void byte_queue_deinit(struct byte_queue *queue)
{
    free(queue->data);
    *queue = (struct byte_queue){ 0 };
}

size_t byte_queue_len(const struct byte_queue *queue)
{
    return queue->end - queue->start;
}

static void make_room(struct byte_queue *queue, size_t more)
{
    size_t len = byte_queue_len(queue);
    size_t cap = queue->cap > 0 ? queue->cap : FIRST_CAP;

    if (queue->start > 0) {
        memmove(queue->data, queue->data + queue->start, len);
        queue->start = 0;
        queue->end = len;
    }
    while (cap - len < more)
        cap *= 2;
    if (cap == queue->cap)
        return;
    queue->data = realloc(queue->data, cap);
    if (queue->data == NULL)
        abort();
    queue->cap = cap;
}

void byte_queue_put(struct byte_queue *queue, struct span bytes)
{
    if (bytes.len == 0)
        return;
    if (queue->cap - queue->end < bytes.len)
        make_room(queue, bytes.len);
    memcpy(queue->data + queue->end, bytes.data, bytes.len);
    queue->end += bytes.len;
}

struct span byte_queue_peek(const struct byte_queue *queue)
{
    size_t len = byte_queue_len(queue);

    return span_at(len > 0 ? queue->data + queue->start : NULL, len);
}

void byte_queue_drop(struct byte_queue *queue, size_t count)
{
    assert(count <= byte_queue_len(queue));
    queue->start += count;
    if (queue->start == queue->end)
        byte_queue_clear(queue);
}

size_t byte_queue_take(struct byte_queue *queue, void *buf, size_t cap)
{
    struct span bytes = byte_queue_peek(queue);
    size_t part = bytes.len < cap ? bytes.len : cap;

    if (part > 0)
        memcpy(buf, bytes.data, part);
    byte_queue_drop(queue, part);
    return part;
}

void byte_queue_clear(struct byte_queue *queue)
{
    queue->start = 0;
    queue->end = 0;
}
