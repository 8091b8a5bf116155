/* hmac.h: HMAC with SHA-256, by which clouds have devices show that they know their secret.
 *
 * Source: RFC 2104, FIPS 180-4.  The engine has it of its own, since what a module says must be the
 * same whatever TLS library it runs on, and in virtual time, where there is none.
 */
#ifndef BASE_HMAC_H
#define BASE_HMAC_H

#include "base/span.h"

enum { HMAC_SHA256_BYTES = 32, HMAC_SHA256_HEX_BYTES = 2 * HMAC_SHA256_BYTES + 1 };

/* The code of the message that the pieces are one after the other, `count` of them. */
void hmac_sha256(struct span key, const struct span *pieces, size_t count,
                 uint8_t ret_code[HMAC_SHA256_BYTES]);

/* The same as lower-case digits, with a terminator. */
void hmac_sha256_hex(struct span key, const struct span *pieces, size_t count,
                     char ret_text[HMAC_SHA256_HEX_BYTES]);

#endif
