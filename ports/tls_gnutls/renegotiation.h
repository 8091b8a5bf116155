/* renegotiation.h: a second handshake in a session: the server's wish, which is refused, and one
 * that a laboratory wants. */
#ifndef TLS_GNUTLS_RENEGOTIATION_H
#define TLS_GNUTLS_RENEGOTIATION_H

#include "tls_gnutls/state.h"

/* The server has asked for one: it owes the server a no. */
void gtls_note_renegotiation(struct gtls_session *session);

/* Says no where that is owed, as far as the stream below takes it now.  The module does not hang up
 * on a server that asks. */
void gtls_refuse_renegotiation(struct gtls_session *session);

/* Begins one.  ERR_UNSUPPORTED: TLS 1.3 has none; ERR_STATE: one is under way; ERR_NO_MEMORY. */
enum err gtls_begin_again(struct gtls_session *session);

/* gnutls_record_recv() of a session that has begun one, and goes on with it.  It is over when
 * session->again is NULL. */
ptrdiff_t gtls_receive_again(struct gtls_session *session, void *buf, size_t cap);

/* Frees what it needs; without one nothing. */
void gtls_end_again(struct gtls_session *session);

#endif
