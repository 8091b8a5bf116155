/* watch.h: what the messages of a server tell that GnuTLS's errors do not. */
#ifndef TLS_GNUTLS_WATCH_H
#define TLS_GNUTLS_WATCH_H

#include <gnutls/gnutls.h>

/* Notes it in the session, to which the pointer of `gnutls` points: for the reason of a failure. */
void gtls_watch_attach(gnutls_session_t gnutls);

#endif
