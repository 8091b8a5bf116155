/* failure.h: GnuTLS's errors and the server's alerts, as reasons of iface/tls.h. */
#ifndef TLS_GNUTLS_FAILURE_H
#define TLS_GNUTLS_FAILURE_H

#include "iface/tls.h"

struct gtls_session;

/* Ends the session for `error`, a GnuTLS code that is fatal: sets its failure unless one is known
 * already, tells the server by an alert where that makes sense, and traces it. */
void gtls_fail(struct gtls_session *session, int error);

#endif
