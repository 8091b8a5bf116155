/* bytes.h: bytes that somebody owns, and that may be secret: what they leave is wiped.
 *
 * All zero is none.  Whoever owns them may write in place: bytes_reserve(), then bytes_commit().
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/err.h"
#include "base/span.h"

struct bytes {
    uint8_t *data; /* owned; NULL: there is no memory */
    uint32_t len;  /* that count */
    uint32_t cap;  /* of memory */
};

/* The bytes that count, until the next call that changes them. */
static inline struct span bytes_span(const struct bytes *bytes)
{
    return span_at(bytes->data, bytes->len);
}

/* Memory for `cap` bytes in all, not 0; those that count stay.  ERR_NO_MEMORY, also for 4 GB and
 * more: as before. */
enum err bytes_reserve(struct bytes *bytes, size_t cap);

/* So many bytes were written behind those that count; no more than there was memory for. */
void bytes_commit(struct bytes *bytes, size_t count);

/* Puts a copy of `more` behind them; memory grows by doubling.  ERR_FULL when that would be more
 * than `max`, ERR_NO_MEMORY: as before. */
enum err bytes_add(struct bytes *bytes, struct span more, size_t max);

/* A copy of `from` in their place, in memory of its length; an empty one has memory too.
 * ERR_NO_MEMORY: as before. */
enum err bytes_copy(struct bytes *bytes, struct span from);

/* Takes the first `count` away, which may not be more than there are; their memory stays. */
void bytes_drop(struct bytes *bytes, size_t count);

/* No more come: gives back memory that they do not need, if there is any for less of it. */
void bytes_trim(struct bytes *bytes);

/* Hands them over: `from` has none after it. */
struct bytes bytes_take(struct bytes *from);

/* Wipes and frees them. */
void bytes_free(struct bytes *bytes);

#endif
