/* session.h: a session of this provider from its opening to its end: the functions of iface/tls.h.
 */
#ifndef TLS_MBEDTLS_SESSION_H
#define TLS_MBEDTLS_SESSION_H

#include "tls_mbedtls/state.h"

/* tls_open() of iface/tls.h, but that `base` is the caller's to fill in. */
enum err mtls_open(struct mtls_provider *provider, const struct tls_config *config,
                   const struct tls_lower *lower, struct mtls_session **ret_session,
                   struct tls_failure *ret_failure);

/* tls_session_handshake(). */
enum tls_step mtls_handshake(struct tls_session *session);

/* tls_session_ops.progress. */
bool mtls_progress(const struct tls_session *base, struct tls_progress *ret_progress);

/* tls_session_read(). */
ptrdiff_t mtls_read(struct tls_session *session, void *buf, size_t cap);

/* tls_session_write(). */
ptrdiff_t mtls_write(struct tls_session *session, const void *data, size_t len);

/* tls_session_flush(). */
enum err mtls_flush(struct tls_session *session);

/* tls_session_pending(). */
size_t mtls_pending(const struct tls_session *session);

/* tls_session_shutdown(). */
void mtls_shutdown(struct tls_session *session);

/* tls_session_free(). */
void mtls_free(struct tls_session *session);

/* Releases what only the handshake needed; again is harmless. */
void mtls_setup_release(struct mtls_session *session);

#endif
