/* chain.h: the certificates of a server, read once for all that is asked of them. */
#ifndef TLS_GNUTLS_CHAIN_H
#define TLS_GNUTLS_CHAIN_H

#include "tls_common/weakness.h"

#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdint.h>

enum { GTLS_CHAIN_MAX = 16 };

struct gtls_chain {
    gnutls_x509_crt_t list[GTLS_CHAIN_MAX]; /* the server's own first; see gtls_chain_trim() */
    unsigned count;
    unsigned sizes[GTLS_CHAIN_MAX]; /* of `bytes`, as they have come; 0 behind the last */
    struct tls_weakness weakness;   /* of what it was verified by */
    bool ignores_dates;             /* it was verified without them */
    bool today;                     /* and by what is good today */
    int64_t from_s, until_s; /* seconds since 1970 between which all that it was verified by is
                              * valid, the bounds included */
    size_t users;            /* trust.c's */
    size_t len;
    uint8_t bytes[];
};

/* Reads what a server has sent.  The caller frees it.  0, or GnuTLS's error. */
int gtls_chain_read(const gnutls_datum_t *sent, unsigned count, struct gtls_chain **ret_chain);

/* Frees it; NULL is nothing. */
void gtls_chain_free(struct gtls_chain *chain);

/* True when it was read from just these bytes. */
bool gtls_chain_is_of(const struct gtls_chain *chain, const gnutls_datum_t *sent, unsigned count);

/* The chain is good by `certificate` too: its dates narrow from_s and until_s. */
void gtls_chain_narrow(struct gtls_chain *chain, gnutls_x509_crt_t certificate);

/* Frees all certificates but the server's own. */
void gtls_chain_trim(struct gtls_chain *chain);

#endif
