/* stray.h: what a session says, or takes for said, since a laboratory wants it so. */
#ifndef TLS_GNUTLS_STRAY_H
#define TLS_GNUTLS_STRAY_H

#include "tls_gnutls/state.h"

/* tls_session_stray(). */
enum err gtls_stray(struct tls_session *session, const struct tls_stray *stray);

#endif
