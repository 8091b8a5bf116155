/* transport.h: mbedTLS's input and output on the stream below. */
#ifndef TLS_MBEDTLS_TRANSPORT_H
#define TLS_MBEDTLS_TRANSPORT_H

#include "base/err.h"

struct tls_session;

/* Makes the session's mbedTLS move its records through `session->lower`. */
void mtls_transport_attach(struct tls_session *session);

/* Allows mbedTLS so much input as one call of ours may work off: a server that sends warnings
 * without end does not keep others waiting. */
void mtls_transport_refill(struct tls_session *session);

/* Sends what is gathered of a flight.  ERR_OK: all is away.  ERR_AGAIN, ERR_RESET. */
enum err mtls_transport_flush(struct tls_session *session);

#endif
