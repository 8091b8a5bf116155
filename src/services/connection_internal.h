/* connection_internal.h: what the files of a connection share; each calls those above it only. */
#ifndef SERVICES_CONNECTION_INTERNAL_H
#define SERVICES_CONNECTION_INTERNAL_H

#include "base/time.h"
#include "base/wipe.h"
#include "services/connection.h"

/* What an opening needs to dial again. */
struct connection_offer {
    struct tls_config config; /* what it points to lies in `memory` */
    struct tls_failure first; /* of the offer of all suites and versions; TLS_FINE: none */
    bool dials_again;
    size_t size; /* of `memory` */
    uint8_t memory[];
};

/* Something is about to be begun for it on the network, or with TLS. */
static inline void connection_says_whose(const struct connection *connection)
{
    if (connection->world->whose != NULL)
        *connection->world->whose =
            connection->kind == NULL ? connection->id : CONNECTION_NO_SOCKET;
}

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

/* Wipes and frees what connection_keep_offer() has kept, if it has. */
void connection_forget_offer(struct connection *connection);

/* No other addresses are tried. */
void connection_free_others(struct connection *connection);

/* All of that, and what was received. */
void connection_release(struct connection *connection);

/* ---- connection_log.c ---- */

/* A line of the log, with the connection's name in front; printf style. */
void connection_say(const struct connection *connection, enum log_level level, const char *format,
                    ...) __attribute__((format(printf, 3, 4)));

/* The same in the trace. */
void connection_trace(const struct connection *connection, enum trace_component component,
                      const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What a session is to log to: the log of the world, or, where TLS is traced, one that puts the
 * connection's name before each line; until connection_free_session(). */
const struct log *connection_session_log(struct connection *connection);

/* The one log line of an opening that failed, before its session is freed. */
void connection_say_failure(const struct connection *connection,
                            const struct connection_failure *failure);

/* Says so, closes, and reports it; `during` CONNECTION_CLOSED: it was the present state. */
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

/* ---- connection_offer.c ---- */

/* The first provider that has the newest version of `tls`, NULL: none.  What its offer says of
 * versions is put into `tls`, and so is the oldest version that the provider has. */
struct tls *connection_provider(const struct connection_world *world, struct tls_config *tls);

/* A session of this config is about to be made.  If the server might have to be offered something
 * else than it is offered first, the config is kept, copied, until connection_forget_offer(): with
 * its certificates and keys where `dials_again`.  Without memory there is no other offer. */
void connection_keep_offer(struct connection *connection, const struct tls_config *tls,
                           bool dials_again);

/* The config for a new connection after this failure, valid until connection_forget_offer(); NULL:
 * there is none, and `failure` is now the one that counts.  The log has a line of it where
 * connection_dials_again(). */
const struct tls_config *connection_next_offer(struct connection *connection,
                                               struct tls_failure *failure);

/* False where the owner has to connect again. */
bool connection_dials_again(const struct connection *connection);

/* ---- connection_tls.c ---- */

/* Makes the session; the errors of connection_open(). */
enum err connection_open_session(struct connection *connection, const struct tls_config *tls,
                                 struct tls_failure *ret_failure);

/* As far as it goes now; TLS_DONE: it is open, and on_open() was raised. */
enum tls_step connection_shake_hands(struct connection *connection);

/* Says how many datagrams connection_lose() has counted, if the log has not, and begins anew. */
void connection_say_lost(struct connection *connection);

#endif
