/* trust.h: CA certificates in GnuTLS's form, read once while their bytes are the same: sessions
 * share them, whichever modems they are of. */
#ifndef TLS_GNUTLS_TRUST_H
#define TLS_GNUTLS_TRUST_H

#include "base/err.h"
#include "base/span.h"
#include "iface/tls.h"

#include <gnutls/x509.h>
#include <pthread.h>

enum { GTLS_TRUST_KEPT_MAX = 16, GTLS_TRUST_BYTES_MAX = 16384 };

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

/* NULL is nothing. */
void gtls_trust_release(struct gtls_trusts *trusts, struct gtls_trust *trust);

/* For gnutls_x509_trust_list_verify_crt2() alone, which any thread may do at any time; good until
 * gtls_trust_release(). */
gnutls_x509_trust_list_t gtls_trust_list(const struct gtls_trust *trust);

#endif
