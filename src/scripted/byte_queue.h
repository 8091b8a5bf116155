/* byte_queue.h: a byte queue that grows; without memory the program ends, as no script can go on.
 */
#ifndef SCRIPTED_BYTE_QUEUE_H
#define SCRIPTED_BYTE_QUEUE_H

#include "base/span.h"

/* All zeros is an empty queue. */
struct byte_queue {
    uint8_t *data;
    size_t start, end, cap;
};

/* Frees the bytes; then it is empty. */
void byte_queue_deinit(struct byte_queue *queue);

/* Puts a copy of the bytes behind the others. */
void byte_queue_put(struct byte_queue *queue, struct span bytes);

/* Everything in the queue; valid until the next call for it. */
struct span byte_queue_peek(const struct byte_queue *queue);

/* Forgets the `count` oldest bytes, which must be there. */
void byte_queue_drop(struct byte_queue *queue, size_t count);

/* Moves up to `cap` of the oldest bytes to `buf`; returns how many. */
size_t byte_queue_take(struct byte_queue *queue, void *buf, size_t cap);

/* Forgets all bytes; their memory stays. */
void byte_queue_clear(struct byte_queue *queue);

/* How many bytes there are. */
size_t byte_queue_len(const struct byte_queue *queue);

#endif
