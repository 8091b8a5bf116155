/* session.h: a session of this provider from its opening to its end: the functions of iface/tls.h.
 */
#ifndef TLS_GNUTLS_SESSION_H
#define TLS_GNUTLS_SESSION_H

#include "tls_gnutls/state.h"

/* tls_open() of iface/tls.h, but that `base` is the caller's to fill in. */
enum err gtls_open(struct gtls_provider *provider, const struct tls_config *config,
                   const struct tls_lower *lower, struct gtls_session **ret_session,
                   struct tls_failure *ret_failure);

/* tls_session_handshake(). */
enum tls_step gtls_handshake(struct tls_session *session);

/* tls_session_ops.progress. */
bool gtls_progress(const struct tls_session *base, struct tls_progress *ret_progress);

/* tls_session_read(). */
ptrdiff_t gtls_read(struct tls_session *session, void *buf, size_t cap);

/* tls_session_write(). */
ptrdiff_t gtls_write(struct tls_session *session, const void *data, size_t len);

/* tls_session_flush(). */
enum err gtls_flush(struct tls_session *session);

/* tls_session_pending(). */
size_t gtls_pending(const struct tls_session *session);

/* tls_session_shutdown(). */
void gtls_shutdown(struct tls_session *session);

/* tls_session_free(). */
void gtls_free(struct tls_session *session);

/* Releases what only the handshake needed; again is harmless. */
void gtls_setup_release(struct gtls_session *session);

#endif
