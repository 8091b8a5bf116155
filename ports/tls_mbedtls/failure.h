/* failure.h: mbedTLS's errors and the server's alerts, as reasons of iface/tls.h. */
#ifndef TLS_MBEDTLS_FAILURE_H
#define TLS_MBEDTLS_FAILURE_H

#include "iface/tls.h"

struct mtls_session;

/* The same with what mbedTLS says about its `error`. */
void mtls_failure_set_error(struct tls_failure *ret_failure, enum tls_reason reason, int error);

/* True when mbedTLS failed for want of memory. */
bool mtls_is_out_of_memory(int error);

/* Ends the session for `error`, an mbedTLS code that is fatal: sets its failure unless one is known
 * already, and traces it.  mbedTLS has told the server, unless it was we who found the fault. */
void mtls_fail(struct mtls_session *session, int error);

/* Ends it for an alert of the server. */
void mtls_fail_by_alert(struct mtls_session *session, int alert);

/* Ends it, since the server has asked for a renegotiation; `error` is what mbedTLS says of it. */
void mtls_fail_renegotiation(struct mtls_session *session, int error);

/* -ERR_RESET or -ERR_TLS, for a session that has failed. */
ptrdiff_t mtls_failed(const struct mtls_session *session);

#endif
