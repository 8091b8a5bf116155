/* connection_internal.h: what the files of a connection share. */
#ifndef SERVICES_CONNECTION_INTERNAL_H
#define SERVICES_CONNECTION_INTERNAL_H

#include "base/time.h"
#include "base/wipe.h"
#include "services/connection.h"

/* connection.c: the only writer of connection->state. */
void connection_enter(struct connection *connection, enum connection_state next);
/* connection.c: asks the stream for these events and no others. */
void connection_want(struct connection *connection, unsigned events);
/* connection.c: closes the connection, keeps what was received. */
void connection_drop_stream(struct connection *connection);
void connection_stop_listening(struct connection *connection);
void connection_free_session(struct connection *connection);
/* connection.c: all of that, and what was received. */
void connection_release(struct connection *connection);
/* connection.c: the one log line of an opening that failed. */
void connection_say_failure(const struct connection *connection,
                            const struct connection_failure *failure);
/* connection.c: says so, closes, and reports it. */
void connection_fail(struct connection *connection, const struct connection_failure *failure);
void connection_fail_with(struct connection *connection, enum err err);

/* connection_open.c: an opening, or connection_secure(), has its whole time from now on. */
void connection_start_total(struct connection *connection);

/* connection_open.c: from now on the other side has a step's time again. */
void connection_restart_timer(struct connection *connection);
/* connection_open.c: the last step. */
void connection_open_now(struct connection *connection);

/* connection_tls.c: makes the session; the errors of connection_open(). */
enum err connection_open_session(struct connection *connection, const struct tls_config *tls,
                                 struct tls_failure *ret_failure);
/* connection_tls.c: as far as it goes now. */
void connection_shake_hands(struct connection *connection);

/* connection_data.c: the stream's events while open. */
void connection_on_readable(struct connection *connection);
void connection_on_writable(struct connection *connection);

#endif
