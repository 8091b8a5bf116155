/* transport.h: GnuTLS's transport functions on the stream below. */
#ifndef TLS_GNUTLS_TRANSPORT_H
#define TLS_GNUTLS_TRANSPORT_H

struct gtls_session;

/* Makes the session's GnuTLS move its records through `session->lower`. */
void gtls_transport_attach(struct gtls_session *session);

#endif
