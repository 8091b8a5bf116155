/* verify.h: whether the server is who the host dialled. */
#ifndef TLS_GNUTLS_VERIFY_H
#define TLS_GNUTLS_VERIFY_H

#include <gnutls/gnutls.h>

/* Makes `gnutls`, whose pointer is the session, check the server's chain, its dates by the modem's
 * clock and its name within the handshake.  What it finds becomes the session's failure. */
void gtls_verify_attach(gnutls_session_t gnutls);

#endif
