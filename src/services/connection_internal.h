/* connection_internal.h: what the files of a connection share; each calls those above it only. */
#ifndef SERVICES_CONNECTION_INTERNAL_H
#define SERVICES_CONNECTION_INTERNAL_H

#include "base/time.h"
#include "base/wipe.h"
#include "services/connection.h"

/* ---- connection_state.c ---- */

/* The only writer of connection->state. */
void connection_enter(struct connection *connection, enum connection_state next);

/* An opening, or connection_secure(), has its whole time from now on. */
void connection_start_total(struct connection *connection);

/* From now on the other side has a step's time again. */
void connection_restart_timer(struct connection *connection);

/* Asks the stream for these events and no others. */
void connection_want(struct connection *connection, unsigned events);

/* How one that is in CONNECTION_ENDED has. */
struct connection_failure connection_end(const struct connection *connection);

/* Closes the stream, if there is one, and keeps what was received. */
void connection_drop_stream(struct connection *connection);

/* Closes the listener, if there is one. */
void connection_stop_listening(struct connection *connection);

/* Frees the TLS session, if there is one. */
void connection_free_session(struct connection *connection);

/* Wipes and frees the memory of received bytes, with those that are in it. */
void connection_free_received(struct connection *connection);

/* No other addresses are tried. */
void connection_free_others(struct connection *connection);

/* All of that, and what was received. */
void connection_release(struct connection *connection);

/* The one log line of an opening that failed. */
void connection_say_failure(const struct connection *connection,
                            const struct connection_failure *failure);

/* Says so, closes, and reports it. */
void connection_fail(struct connection *connection, const struct connection_failure *failure);

/* The same for an error that is not TLS's. */
void connection_fail_with(struct connection *connection, enum err err);

/* ---- connection_data.c ---- */

/* The last step of an opening: reports it. */
void connection_open_now(struct connection *connection);

/* Collects again, after there was no memory to. */
void connection_look_for_memory(struct connection *connection);

/* The stream has bytes, while open. */
void connection_on_readable(struct connection *connection);

/* The stream takes bytes, while open. */
void connection_on_writable(struct connection *connection);

/* ---- connection_tls.c ---- */

/* Makes the session; the errors of connection_open(). */
enum err connection_open_session(struct connection *connection, const struct tls_config *tls,
                                 struct tls_failure *ret_failure);

/* As far as it goes now. */
void connection_shake_hands(struct connection *connection);

#endif
