/* base64.h: bytes as text (RFC 4648 §4). */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/span.h"

/* How many characters `len` bytes become, without a terminator. */
static inline size_t base64_length(size_t len)
{
    return (len + 2) / 3 * 4;
}

/* Writes base64_length(bytes.len) characters and a terminator. */
void base64_encode(struct span bytes, char *text);

#endif
