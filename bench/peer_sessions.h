/* peer_sessions.h: the sessions that a server remembers, so that clients may take them up again. */
#ifndef BENCH_PEER_SESSIONS_H
#define BENCH_PEER_SESSIONS_H

#include <gnutls/gnutls.h>

/* Lets `tls`, a server's session before its handshake, remember and find; all threads share. */
void peer_sessions_attach(gnutls_session_t tls);

#endif
