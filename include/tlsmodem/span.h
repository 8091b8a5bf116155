/* Made by tools/public_headers of src/base/span.h. */
/* tlsmodem/span.h: a run of bytes that somebody else owns. */
#ifndef TLSMODEM_BASE_SPAN_H
#define TLSMODEM_BASE_SPAN_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Borrowed, read-only bytes.  Valid for the call only, unless the callee's contract says otherwise.
 */
struct tlsmodem_span {
    const uint8_t *data;
    size_t len;
};

/* The bytes of a C string, without its terminator. */
static inline struct tlsmodem_span tlsmodem_span_of(const char *text)
{
    struct tlsmodem_span bytes = { (const uint8_t *)text, strlen(text) };

    assert(text != NULL);
    return bytes;
}

/* `len` bytes at `data`; `data` may be NULL when `len` is 0. */
static inline struct tlsmodem_span tlsmodem_span_at(const void *data, size_t len)
{
    struct tlsmodem_span bytes = { (const uint8_t *)data, len };

    assert(data != NULL || len == 0);
    return bytes;
}

/* What is left after the first `count` bytes; `count` must not pass the end. */
static inline struct tlsmodem_span tlsmodem_span_skip(struct tlsmodem_span bytes, size_t count)
{
    assert(count <= bytes.len);
    if (bytes.len > 0)
        bytes.data += count;
    bytes.len -= count;
    return bytes;
}

/* True when both hold the same bytes. */
static inline int tlsmodem_span_equal(struct tlsmodem_span a, struct tlsmodem_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* True when `text` stands somewhere in `bytes`. */
static inline bool tlsmodem_span_contains(struct tlsmodem_span bytes, const char *text)
{
    size_t len = strlen(text);

    for (; bytes.len >= len; bytes = tlsmodem_span_skip(bytes, 1)) {
        if (len == 0 || memcmp(bytes.data, text, len) == 0)
            return true;
    }
    return false;
}

#ifdef __cplusplus
}
#endif

#endif
