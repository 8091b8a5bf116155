/* toy_record.h: what the scripted TLS session and the scripted peer say to each other.
 *
 * A record is a type, its length in 24 bits, and that many bytes.  Nothing is secret in it: only
 * the way of bytes through the engine is what a test wants to see.
 */
#ifndef SCRIPTED_TOY_RECORD_H
#define SCRIPTED_TOY_RECORD_H

#include "scripted/byte_queue.h"

#include <stdbool.h>

enum toy_type {
    TOY_CLOSE = 0x15, /* close_notify, no bytes */
    /* From the module: its offer as text.  From the peer: TOY_YES, version and suite, 16 bits each,
     * and 1 for a session that is resumed; or TOY_NO, reason in 8 bits, alert plus one in 16 bits.
     */
    TOY_HANDSHAKE = 0x16,
    TOY_DATA = 0x17,
    TOY_CORRUPT = 0x18, /* cannot be decrypted, no bytes */
    TOY_ALERT = 0x19    /* from the module: its level and number; nothing: it renegotiates */
};

enum { TOY_NO, TOY_YES };
enum { TOY_HEADER = 4, TOY_RECORD_MAX = 16384 };

struct toy_record {
    uint8_t type;
    struct span body; /* borrowed from the queue it was found in */
};

/* Puts a record behind the others; `body` has TOY_RECORD_MAX bytes at most. */
void toy_record_put(struct byte_queue *queue, enum toy_type type, struct span body);

/* The first record in the queue, borrowed from it; false when it is not complete. */
bool toy_record_peek(const struct byte_queue *queue, struct toy_record *ret_record);

/* Forgets the first record, which must be complete. */
void toy_record_drop(struct byte_queue *queue);

/* How many bytes the record that has begun is short of its header, or of its end; never 0. */
size_t toy_record_missing(const struct byte_queue *queue);

#endif
