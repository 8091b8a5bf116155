/* stray.h: what a session says, or takes for said, since a laboratory wants it so. */
#ifndef TLS_MBEDTLS_STRAY_H
#define TLS_MBEDTLS_STRAY_H

#include "tls_mbedtls/state.h"

/* tls_session_stray(); SSL 3.0 begins no renegotiation here. */
enum err mtls_stray(struct tls_session *session, const struct tls_stray *stray);

#endif
