/* tls_suites.h: the one table of cipher suites.  What a library calls them is the provider's. */
#ifndef BASE_TLS_SUITES_H
#define BASE_TLS_SUITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* IANA name, code point, and the lowest protocol version that can choose it, in ascending order of
 * code points; the one list that the enum and the table are made from.  SSL 3.0 has what needs no
 * extension of the hello: RFC 3268 suites too, as its servers do. */
#define TLS_SUITES(X)                                                                              \
    X(TLS_RSA_WITH_NULL_SHA, 0x0002, 0x0300)                                                       \
    X(TLS_RSA_WITH_RC4_128_MD5, 0x0004, 0x0300)                                                    \
    X(TLS_RSA_WITH_RC4_128_SHA, 0x0005, 0x0300)                                                    \
    X(TLS_RSA_WITH_3DES_EDE_CBC_SHA, 0x000A, 0x0300)                                               \
    X(TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA, 0x0016, 0x0300)                                           \
    X(TLS_RSA_WITH_AES_128_CBC_SHA, 0x002F, 0x0300)                                                \
    X(TLS_DHE_RSA_WITH_AES_128_CBC_SHA, 0x0033, 0x0300)                                            \
    X(TLS_RSA_WITH_AES_256_CBC_SHA, 0x0035, 0x0300)                                                \
    X(TLS_DHE_RSA_WITH_AES_256_CBC_SHA, 0x0039, 0x0300)                                            \
    X(TLS_RSA_WITH_AES_128_CBC_SHA256, 0x003C, 0x0303)                                             \
    X(TLS_RSA_WITH_AES_256_CBC_SHA256, 0x003D, 0x0303)                                             \
    X(TLS_DHE_RSA_WITH_AES_128_CBC_SHA256, 0x0067, 0x0303)                                         \
    X(TLS_DHE_RSA_WITH_AES_256_CBC_SHA256, 0x006B, 0x0303)                                         \
    X(TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA, 0x0088, 0x0301)                                       \
    X(TLS_RSA_WITH_AES_128_GCM_SHA256, 0x009C, 0x0303)                                             \
    X(TLS_RSA_WITH_AES_256_GCM_SHA384, 0x009D, 0x0303)                                             \
    X(TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, 0x009E, 0x0303)                                         \
    X(TLS_DHE_RSA_WITH_AES_256_GCM_SHA384, 0x009F, 0x0303)                                         \
    X(TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256, 0x00C4, 0x0303)                                    \
    X(TLS_AES_128_GCM_SHA256, 0x1301, 0x0304)                                                      \
    X(TLS_AES_256_GCM_SHA384, 0x1302, 0x0304)                                                      \
    X(TLS_CHACHA20_POLY1305_SHA256, 0x1303, 0x0304)                                                \
    X(TLS_AES_128_CCM_SHA256, 0x1304, 0x0304)                                                      \
    X(TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, 0xC009, 0x0301)                                        \
    X(TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, 0xC00A, 0x0301)                                        \
    X(TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, 0xC013, 0x0301)                                          \
    X(TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, 0xC014, 0x0301)                                          \
    X(TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, 0xC023, 0x0303)                                     \
    X(TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, 0xC024, 0x0303)                                     \
    X(TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, 0xC027, 0x0303)                                       \
    X(TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, 0xC028, 0x0303)                                       \
    X(TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0xC02B, 0x0303)                                     \
    X(TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, 0xC02C, 0x0303)                                     \
    X(TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 0xC02F, 0x0303)                                       \
    X(TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, 0xC030, 0x0303)                                       \
    X(TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384, 0xC073, 0x0303)                                \
    X(TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384, 0xC077, 0x0303)                                  \
    X(TLS_DHE_RSA_WITH_CAMELLIA_256_GCM_SHA384, 0xC07D, 0x0303)                                    \
    X(TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_GCM_SHA384, 0xC087, 0x0303)                                \
    X(TLS_ECDHE_RSA_WITH_CAMELLIA_256_GCM_SHA384, 0xC08B, 0x0303)                                  \
    X(TLS_RSA_WITH_AES_128_CCM, 0xC09C, 0x0303)                                                    \
    X(TLS_RSA_WITH_AES_256_CCM, 0xC09D, 0x0303)                                                    \
    X(TLS_DHE_RSA_WITH_AES_128_CCM, 0xC09E, 0x0303)                                                \
    X(TLS_DHE_RSA_WITH_AES_256_CCM, 0xC09F, 0x0303)                                                \
    X(TLS_DHE_RSA_WITH_AES_256_CCM_8, 0xC0A3, 0x0303)                                              \
    X(TLS_ECDHE_ECDSA_WITH_AES_128_CCM, 0xC0AC, 0x0303)                                            \
    X(TLS_ECDHE_ECDSA_WITH_AES_256_CCM, 0xC0AD, 0x0303)                                            \
    X(TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8, 0xC0AF, 0x0303)                                          \
    X(TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, 0xCCA8, 0x0303)                                 \
    X(TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, 0xCCA9, 0x0303)                               \
    X(TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256, 0xCCAA, 0x0303)

enum tls_suite_code {
#define TLS_SUITE_ENUM(name, code, lowest) name = (code),
    TLS_SUITES(TLS_SUITE_ENUM)
#undef TLS_SUITE_ENUM
};

struct tls_suite_info {
    uint16_t code;    /* IANA code point */
    const char *name; /* IANA name */
    uint16_t lowest;  /* lowest protocol version, by its wire number */
};

/* The row with this code point, or NULL. */
const struct tls_suite_info *tls_suite_by_code(uint16_t code);

/* The row with this IANA name, spelled exactly so, or NULL. */
const struct tls_suite_info *tls_suite_by_name(const char *name);

/* The row at `index` in ascending order of code points, NULL past the end. */
const struct tls_suite_info *tls_suite_at(size_t index);

/* The IANA name, or "unknown suite"; never NULL, static. */
const char *tls_suite_name(uint16_t code);

/* "TLS 1.2" and so on, of a wire number; never NULL, static. */
const char *tls_version_name(unsigned version);

/* True when a handshake of this protocol version, a wire number, can choose the suite. */
bool tls_suite_fits(const struct tls_suite_info *suite, uint16_t version);

#endif
