/* tls_suites.h: the one table of cipher suites.  What a library calls them is the provider's. */
#ifndef BASE_TLS_SUITES_H
#define BASE_TLS_SUITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
