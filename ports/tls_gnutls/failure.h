/* failure.h: GnuTLS's errors and the server's alerts, as reasons of iface/tls.h. */
#ifndef TLS_GNUTLS_FAILURE_H
#define TLS_GNUTLS_FAILURE_H

#include "iface/tls.h"

struct gtls_session;

/* Ends the session for `error`, a GnuTLS code that is fatal: sets its failure unless one is known
 * already, tells the server by an alert where that makes sense, and traces it. */
void gtls_fail(struct gtls_session *session, int error);

/* In a handshake: whether the server has asked for a certificate that the module does not have. */
void gtls_note_missed_certificate(struct gtls_session *session);

/* Ends it for a server that wants nothing but a renegotiation. */
void gtls_fail_insisting(struct gtls_session *session);

/* Ends it for an alert of the server; after a renegotiation that was refused, for that. */
void gtls_fail_by_alert(struct gtls_session *session, int alert);

#endif
