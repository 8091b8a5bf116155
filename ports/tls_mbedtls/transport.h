/* transport.h: mbedTLS's input and output on the stream below. */
#ifndef TLS_MBEDTLS_TRANSPORT_H
#define TLS_MBEDTLS_TRANSPORT_H

#include "base/err.h"

struct mtls_session;

/* Makes the session's mbedTLS move its records through `session->lower`. */
void mtls_transport_attach(struct mtls_session *session);

/* Allows mbedTLS so much input as one call of ours may work off: a server that sends warnings
 * without end does not keep others waiting. */
void mtls_transport_refill(struct mtls_session *session);

/* Sends what is gathered of a flight.  ERR_OK: all is away.  ERR_AGAIN, ERR_RESET. */
enum err mtls_transport_flush(struct mtls_session *session);

#endif
