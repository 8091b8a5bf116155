/* shown.h: the server's chain in the trace. */
#ifndef TLS_GNUTLS_SHOWN_H
#define TLS_GNUTLS_SHOWN_H

#include "tls_gnutls/session.h"

/* Traces the certificates that the server has shown, if it has: also where they were refused. */
void gtls_trace_chain(const struct gtls_session *session);

#endif
