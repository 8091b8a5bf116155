/* span.h: a run of bytes that somebody else owns. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed, read-only bytes.  Valid for the call only, unless the callee's contract says otherwise.
 */
struct span {
    const uint8_t *data;
    size_t len;
};

/* The bytes of a C string, without its terminator. */
static inline struct span span_of(const char *text)
{
    struct span bytes = { (const uint8_t *)text, strlen(text) };

    assert(text != NULL);
    return bytes;
}

/* `len` bytes at `data`; `data` may be NULL when `len` is 0. */
static inline struct span span_at(const void *data, size_t len)
{
    struct span bytes = { (const uint8_t *)data, len };

    assert(data != NULL || len == 0);
    return bytes;
}

/* What is left after the first `count` bytes; `count` must not pass the end. */
static inline struct span span_skip(struct span bytes, size_t count)
{
    assert(count <= bytes.len);
    if (bytes.len > 0)
        bytes.data += count;
    bytes.len -= count;
    return bytes;
}

/* True when both hold the same bytes. */
static inline int span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* True when `text` stands somewhere in `bytes`. */
static inline bool span_contains(struct span bytes, const char *text)
{
    size_t len = strlen(text);

    for (; bytes.len >= len; bytes = span_skip(bytes, 1)) {
        if (len == 0 || memcmp(bytes.data, text, len) == 0)
            return true;
    }
    return false;
}

#endif
