/* toy_record.c: records of the scripted TLS. */
#include "scripted/toy_record.h"

#include <assert.h>

static size_t body_len(const uint8_t *header)
{
    return (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];
}

void toy_record_put(struct byte_queue *queue, enum toy_type type, struct span body)
{
    uint8_t header[TOY_HEADER] = { (uint8_t)type, (uint8_t)(body.len >> 16),
                                   (uint8_t)(body.len >> 8), (uint8_t)body.len };

    assert(body.len <= TOY_RECORD_MAX);
    byte_queue_put(queue, span_at(header, sizeof(header)));
    byte_queue_put(queue, body);
}

bool toy_record_peek(const struct byte_queue *queue, struct toy_record *ret_record)
{
    struct span bytes = byte_queue_peek(queue);

    if (bytes.len < TOY_HEADER || bytes.len - TOY_HEADER < body_len(bytes.data))
        return false;
    ret_record->type = bytes.data[0];
    ret_record->body = span_at(bytes.data + TOY_HEADER, body_len(bytes.data));
    return true;
}

void toy_record_drop(struct byte_queue *queue)
{
    struct toy_record record;

    if (toy_record_peek(queue, &record))
        byte_queue_drop(queue, TOY_HEADER + record.body.len);
}

size_t toy_record_missing(const struct byte_queue *queue)
{
    struct span bytes = byte_queue_peek(queue);

    if (bytes.len < TOY_HEADER)
        return TOY_HEADER - bytes.len;
    return TOY_HEADER + body_len(bytes.data) - bytes.len;
}
