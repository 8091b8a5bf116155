/* trust.h: CA certificates in GnuTLS's form, read once while their bytes are the same, and the
 * chains that were good by them: sessions share both, whichever modems they are of. */
#ifndef TLS_GNUTLS_TRUST_H
#define TLS_GNUTLS_TRUST_H

#include "base/err.h"
#include "base/span.h"
#include "iface/tls.h"
#include "tls_gnutls/chain.h"

#include <gnutls/x509.h>
#include <pthread.h>

/* All that is kept has at most so many bytes: a machine's CA certificates are some 200 kB. */
enum {
    GTLS_TRUST_KEPT_MAX = 16,
    GTLS_TRUST_CHAINS_MAX = 4,
    GTLS_TRUST_CHAIN_MAX = 16384,
    GTLS_TRUST_BYTES_MAX = 1 << 20
};

/* Those that were used last, for the next session.  Any thread. */
struct gtls_trusts {
    pthread_mutex_t lock;
    struct gtls_trust *kept[GTLS_TRUST_KEPT_MAX]; /* the one used last is the first */
    size_t count;
};

/* Certificates of CAs, which nobody changes any more. */
struct gtls_trust;

/* Starts with nothing kept; ERR_NO_MEMORY. */
enum err gtls_trusts_init(struct gtls_trusts *trusts);

/* Forgets what is kept; there must be no session any more. */
void gtls_trusts_deinit(struct gtls_trusts *trusts);

/* The certificates in `ca`, PEM or DER; without any, no server's is good.  The caller ends it with
 * gtls_trust_release().  ERR_CREDENTIALS with `ret_failure` set, ERR_NO_MEMORY. */
enum err gtls_trust_get(struct gtls_trusts *trusts, struct span ca, struct gtls_trust **ret_trust,
                        struct tls_failure *ret_failure);

/* How many certificates of `ca` cannot be read, while others can. */
size_t gtls_trust_left_out(const struct gtls_trust *trust);

/* NULL is nothing. */
void gtls_trust_release(struct gtls_trusts *trusts, struct gtls_trust *trust);

/* For gnutls_x509_trust_list_verify_crt2() alone, which any thread may do at any time; good until
 * gtls_trust_release(). */
gnutls_x509_trust_list_t gtls_trust_list(const struct gtls_trust *trust);

/* What a server's chain is verified for. */
struct gtls_question {
    const gnutls_datum_t *sent; /* by the server; borrowed */
    unsigned count;
    bool ignores_dates;
    bool today;    /* by what is good today */
    int64_t now_s; /* seconds since 1970 */
};

/* A chain of these bytes that was found good by `trust` in the same way, and whose dates are good
 * now: its signatures need not be checked again.  NULL: there is none.  The caller ends it with
 * gtls_trust_release_chain(), and only reads it. */
struct gtls_chain *gtls_trust_find_chain(struct gtls_trusts *trusts, const struct gtls_trust *trust,
                                         const struct gtls_question *question);

/* Takes over a chain that was found good by `trust`, for others to find; the caller goes on with
 * it as with one that it has found. */
void gtls_trust_keep_chain(struct gtls_trusts *trusts, struct gtls_trust *trust,
                           struct gtls_chain *chain);

/* NULL is nothing. */
void gtls_trust_release_chain(struct gtls_trusts *trusts, struct gtls_chain *chain);

#endif
