/* weak.h: what GnuTLS lets pass in a server's chain because it was told to. */
#ifndef TLS_GNUTLS_WEAK_H
#define TLS_GNUTLS_WEAK_H

#include "tls_gnutls/chain.h"

#include <gnutls/x509.h>

/* For gnutls_x509_trust_list_verify_crt2() to call: looks at a link of the chain, and notes the
 * dates between which it is valid. */
int gtls_weak_on_link(gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer,
                      gnutls_x509_crl_t crl, unsigned status);

/* From now on, on this thread, `chain` is verified: what is weak by which it passes is added to its
 * weakness. */
void gtls_weak_enter(struct gtls_chain *chain);

/* The subject of the first certificate that is bad since then, "" if none; until gtls_weak_leave().
 */
const char *gtls_weak_culprit(void);

/* Ends that. */
void gtls_weak_leave(void);

/* Adds it when the server's `certificate` does not allow what the handshake uses it for. */
void gtls_weak_usage(gnutls_session_t gnutls, gnutls_x509_crt_t certificate,
                     struct tls_weakness *weakness);

#endif
