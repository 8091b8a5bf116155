/* purpose.h: whether a certificate is for TLS servers, in the words that OpenSSL asks for. */
#ifndef TLS_GNUTLS_PURPOSE_H
#define TLS_GNUTLS_PURPOSE_H

#include <gnutls/x509.h>
#include <stdbool.h>

/* True where it says nothing of its purposes, or names this one; "any" is none by name.  GnuTLS
 * takes "any", looks at no trusted certificate, and does not know Netscape's extension. */
bool gtls_is_for_servers(gnutls_x509_crt_t certificate);

#endif
