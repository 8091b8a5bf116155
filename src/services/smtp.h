/* smtp.h: sends one mail over a connection of its own (RFC 5321): plain, under TLS from the first
 * byte, or with STARTTLS (RFC 3207), with AUTH PLAIN or LOGIN (RFC 4954).
 *
 * Where TLS was asked for, nothing goes without it.  A recipient that is refused fails the mail for
 * all.  The one event comes from the event loop only, never from inside a call.  No AT text.
 */
#ifndef SERVICES_SMTP_H
#define SERVICES_SMTP_H

#include "services/outbox.h"
#include "services/reply.h"
#include "services/smtp_message.h"
#include "services/tls_source.h"

#define SMTP_ERRORS(X)                                                                             \
    X(SMTP_FINE, "no error")                                                                       \
    X(SMTP_INVALID, "an address, the subject or a name cannot be sent")                            \
    X(SMTP_DNS, "the server's name could not be resolved")                                         \
    X(SMTP_CONNECT, "no connection to the server")                                                 \
    X(SMTP_TLS, "no TLS session with the server")                                                  \
    X(SMTP_AUTH, "the server refuses user and password")                                           \
    X(SMTP_SENDER, "the server refuses the sender")                                                \
    X(SMTP_RECIPIENT, "the server refuses a recipient")                                            \
    X(SMTP_DATA, "the server refuses the mail")                                                    \
    X(SMTP_TIMEOUT, "the server did not answer in time")                                           \
    X(SMTP_NETWORK, "the connection was lost")                                                     \
    X(SMTP_SERVER, "the server is not ready for mail")

enum smtp_error {
#define SMTP_ERROR_ENUM(name, text) name,
    SMTP_ERRORS(SMTP_ERROR_ENUM)
#undef SMTP_ERROR_ENUM
};

enum smtp_security { SMTP_PLAIN, SMTP_TLS_FIRST, SMTP_STARTTLS };

#define SMTP_STATES(X)                                                                             \
    X(SMTP_IDLE)                                                                                   \
    X(SMTP_OPENING)                                                                                \
    X(SMTP_GREETING)                                                                               \
    X(SMTP_EHLO)                                                                                   \
    X(SMTP_HELO)                                                                                   \
    X(SMTP_ASKING_TLS)                                                                             \
    X(SMTP_SECURING)                                                                               \
    X(SMTP_AUTH_PLAIN)                                                                             \
    X(SMTP_AUTH_LOGIN)                                                                             \
    X(SMTP_AUTH_USER)                                                                              \
    X(SMTP_AUTH_PASSWORD)                                                                          \
    X(SMTP_MAIL)                                                                                   \
    X(SMTP_RCPT)                                                                                   \
    X(SMTP_ASKING_DATA)                                                                            \
    X(SMTP_SENDING)                                                                                \
    X(SMTP_ACCEPTING)                                                                              \
    X(SMTP_QUITTING)

enum smtp_state {
#define SMTP_STATE_ENUM(name) name,
    SMTP_STATES(SMTP_STATE_ENUM)
#undef SMTP_STATE_ENUM
};

enum { SMTP_CREDENTIAL_MAX = 128, SMTP_LOGINS_MAX = 60 };

/* Everything is borrowed until the end. */
struct smtp_job {
    const char *host;
    uint16_t port;
    enum smtp_security security;
    const char *ehlo;            /* who we say we are: a name, or an address in brackets */
    const char *user, *password; /* up to SMTP_CREDENTIAL_MAX each; no user: no AUTH */
    struct smtp_content content;
    int64_t connect_timeout_ms; /* for each step of opening the connection */
    int64_t reply_timeout_ms;   /* for each reply */
    int64_t total_timeout_ms;
};

struct smtp_events {
    void (*on_done)(void *ctx, enum smtp_error error);
};

struct smtp {
    const struct connection_world *world;
    const struct smtp_events *events;
    void *ctx;             /* of the events */
    struct tls_source tls; /* `lend` NULL: no TLS */
    int id;                /* for the log */
    enum smtp_state state;
    const struct smtp_job *job;
    struct connection connection;
    struct connection_failure failure;
    struct tls_offer offer; /* what the server has not refused yet */
    struct reply_reader reply;
    bool secured;
    bool offers_tls, offers_plain, offers_login; /* by EHLO */
    char logins[SMTP_LOGINS_MAX + 1];            /* as it names them; empty: it offers none */
    size_t recipient;
    struct smtp_message message;
    int64_t reply_until_ms, total_until_ms;
    bool content_done;
    struct outbox outbox;            /* in `out` */
    char out[SMTP_LINE_MAX + 3 + 1]; /* a line, its end, and a doubled dot */
};

/* All of it is borrowed.  `id` is for the log, `tls` is asked for each secure connection. */
void smtp_init(struct smtp *smtp, int id, const struct connection_world *world,
               const struct smtp_events *events, void *ctx, const struct tls_source *tls);

/* Starts to send; one that is under way is stopped.  SMTP_FINE, or SMTP_INVALID, SMTP_DNS,
 * SMTP_TLS: nothing was started. */
enum smtp_error smtp_start(struct smtp *smtp, const struct smtp_job *job);

/* Ends it in any state; no event follows. */
void smtp_stop(struct smtp *smtp);

/* True from smtp_start() until on_done() or smtp_stop(). */
bool smtp_is_busy(const struct smtp *smtp);

/* When smtp_tick() has something to do; CLOCK_NEVER. */
int64_t smtp_deadline(const struct smtp *smtp);

/* Ends what takes too long; nothing before the deadline. */
void smtp_tick(struct smtp *smtp);

#endif
