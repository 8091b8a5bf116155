/* verify.h: whether the server is who the host dialled. */
#ifndef TLS_MBEDTLS_VERIFY_H
#define TLS_MBEDTLS_VERIFY_H

#include "iface/tls.h"

#include <mbedtls/x509_crt.h>

struct mtls_session;

/* Checks the server's chain, its dates by the modem's clock, its purpose and its name.  When it is
 * refused the session's failure says why, and the server has its alert. */
bool mtls_verify(struct mtls_session *session, mbedtls_x509_crt *chain);

/* Traces the certificates that the server has shown, if it has (`chain` may be NULL). */
void mtls_trace_chain(const struct mtls_session *session, const mbedtls_x509_crt *chain);

#endif
