/* tls_suites.h: the one table of cipher suites.  What a library calls them is the provider's. */
#ifndef BASE_TLS_SUITES_H
#define BASE_TLS_SUITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* IANA name, code point, and the protocol version that brought it, in ascending order of code
 * points; the one list that the enum and the table are made from. */
#define TLS_SUITES(X)                                                                              \
    X(TLS_RSA_WITH_NULL_SHA, 0x0002, 0x0300)                                                       \
    X(TLS_RSA_WITH_RC4_128_MD5, 0x0004, 0x0300)                                                    \
    X(TLS_RSA_WITH_RC4_128_SHA, 0x0005, 0x0300)                                                    \
    X(TLS_RSA_WITH_AES_128_CBC_SHA, 0x002F, 0x0300)                                                \
    X(TLS_RSA_WITH_AES_256_CBC_SHA, 0x0035, 0x0300)

enum tls_suite_code {
#define TLS_SUITE_ENUM(name, code, lowest) name = (code),
    TLS_SUITES(TLS_SUITE_ENUM)
#undef TLS_SUITE_ENUM
};

struct tls_suite_info {
    uint16_t code;    /* IANA code point */
    const char *name; /* IANA name */
    uint16_t lowest;  /* protocol version that brought it, by its wire number */
};

/* The row with this code point, or NULL. */
const struct tls_suite_info *tls_suite_by_code(uint16_t code);

/* The row with this IANA name, spelled exactly so, or NULL. */
const struct tls_suite_info *tls_suite_by_name(const char *name);

/* The row at `index` in ascending order of code points, NULL past the end. */
const struct tls_suite_info *tls_suite_at(size_t index);

/* The IANA name, or "unknown suite"; never NULL, static. */
const char *tls_suite_name(uint16_t code);

/* True when a handshake of this protocol version, a wire number, can choose the suite. */
bool tls_suite_fits(const struct tls_suite_info *suite, uint16_t version);

#endif
