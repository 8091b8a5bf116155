/* watch.h: what the messages of a server tell that GnuTLS's errors do not. */
#ifndef TLS_GNUTLS_WATCH_H
#define TLS_GNUTLS_WATCH_H

#include <gnutls/gnutls.h>
#include <stdbool.h>

struct gtls_session;

/* Notes it in the session, to which the pointer of `gnutls` points: for the reason of a failure. */
void gtls_watch_attach(gnutls_session_t gnutls);

/* True when the server has sent a certificate, with a key that nobody knows: GnuTLS has one error
 * for that and for a certificate that is none.  False once the handshake is over. */
bool gtls_watch_key_is_strange(const struct gtls_session *session);

#endif
