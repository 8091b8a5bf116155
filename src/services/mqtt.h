/* mqtt.h: an MQTT client: one connection to a broker, plain or TLS, and the session on it.
 *
 * Source: OASIS MQTT Version 3.1.1.  A session is opened in two steps, the connection and CONNECT,
 * and outlives its connection where it is kept (§4.1): what the broker has not acknowledged is sent
 * again when the client is connected again.  It reports through `struct mqtt_events`, from the
 * event loop only, never from inside a call.  It knows no AT command.
 */
#ifndef SERVICES_MQTT_H
#define SERVICES_MQTT_H

#include "services/mqtt_packet.h"
#include "services/outbox.h"
#include "services/tls_source.h"

#define MQTT_STATES(X)                                                                             \
    X(MQTT_CLOSED)                                                                                 \
    X(MQTT_OPENING)                                                                                \
    X(MQTT_OPEN) /* the connection is there, CONNECT was not sent */                               \
    X(MQTT_CONNECTING)                                                                             \
    X(MQTT_CONNECTED)                                                                              \
    X(MQTT_LEAVING) /* DISCONNECT is on its way */

enum mqtt_state {
#define MQTT_STATE_ENUM(name) name,
    MQTT_STATES(MQTT_STATE_ENUM)
#undef MQTT_STATE_ENUM
};

/* How something ended, and the words for the log. */
#define MQTT_ENDS(X)                                                                               \
    X(MQTT_FINE, "no failure")                                                                     \
    X(MQTT_NO_CONNECTION, "the connection cannot be opened")                                       \
    X(MQTT_BAD_TLS, "TLS settings or credentials cannot be used")                                  \
    X(MQTT_NOT_ADMITTED, "the broker refuses the login")                                           \
    X(MQTT_NOT_ANSWERED, "the broker does not answer CONNECT in time")                             \
    X(MQTT_NO_PONG, "the broker does not answer PINGREQ in time")                                  \
    X(MQTT_BROKEN, "what the broker sends is no MQTT")                                             \
    X(MQTT_LOST, "the broker ends the connection")                                                 \
    X(MQTT_LEFT, "disconnected as asked")

enum mqtt_end {
#define MQTT_END_ENUM(name, text) name,
    MQTT_ENDS(MQTT_END_ENUM)
#undef MQTT_END_ENUM
};

/* Static words for `end`. */
const char *mqtt_end_text(enum mqtt_end end);

/* Static words for CONNACK's code (§3.2.2.3), which is not 0. */
const char *mqtt_refusal_text(uint8_t code);

/* What became of a request. */
enum mqtt_result {
    MQTT_DONE,   /* acknowledged; of QoS 0: handed to the network */
    MQTT_RESENT, /* no acknowledgement in time: sent again, and another result follows */
    MQTT_FAILED  /* none in all its time, or the session has ended */
};

struct mqtt_answer {
    enum mqtt_type request; /* MQTT_PUBLISH, MQTT_SUBSCRIBE, MQTT_UNSUBSCRIBE */
    uint16_t id;            /* 0: a message of QoS 0 */
    enum mqtt_result result;
    struct span codes; /* of MQTT_SUBSCRIBE that is done: for each filter the QoS that was granted,
                        * or MQTT_SUBACK_REFUSED; during the call */
};

struct mqtt_events {
    /* The end of mqtt_open(). */
    void (*on_open)(void *ctx, enum mqtt_end end);
    /* The end of mqtt_connect(); `code` is CONNACK's, where one has come.  With a failure the
     * connection is closed, too. */
    void (*on_connected)(void *ctx, enum mqtt_end end, uint8_t code);
    void (*on_answer)(void *ctx, const struct mqtt_answer *answer);
    /* A message has come; its spans are good during the call.  False: there is no room for it now;
     * nothing more is read, and it is told again after mqtt_resume(). */
    bool (*on_message)(void *ctx, const struct mqtt_message *message);
    /* An open or connected client is closed, by others or by mqtt_leave(). */
    void (*on_end)(void *ctx, enum mqtt_end end);
};

enum {
    MQTT_INPUT_BYTES = 256,
    MQTT_PACKET_MAX = 8192, /* longest packet that is sent */
    MQTT_FLIGHTS_MAX = 32   /* requests under way */
};

struct mqtt_target {
    const char *host;
    uint16_t port;
    bool secure;
    int64_t step_timeout_ms, total_timeout_ms; /* as in struct connection_target */
};

struct mqtt_terms {
    int64_t reply_ms; /* longest wait for CONNACK, for PINGRESP, and for each acknowledgement */
    unsigned retries; /* how often a request is sent again that is not acknowledged */
};

struct mqtt_flight; /* a request under way */

struct mqtt {
    const struct connection_world *world;
    const struct mqtt_events *events;
    void *ctx; /* of the events */
    struct tls_source tls;
    int id; /* for the log */
    enum mqtt_state state;
    struct connection connection;
    struct connection_failure failure; /* of the last opening that has failed */
    uint8_t in[MQTT_INPUT_BYTES];      /* from the connection; `in_at` of it were looked at */
    size_t in_at, in_len;
    struct mqtt_reader reader;
    struct outbox outbox;
    struct mqtt_terms terms;
    uint16_t keep_alive_s, last_id;
    bool clean;                  /* the session ends with the connection */
    struct mqtt_flight *flights; /* owned; in the order in which they were asked for */
    size_t flight_count;
    uint8_t *received;        /* owned; a bit for each identifier of QoS 2 that has come and was not
                               * released; NULL: none */
    uint32_t received_count;  /* of these bits */
    int64_t deadline_ms;      /* for CONNACK, or for DISCONNECT to be sent */
    int64_t ping_ms, pong_ms; /* when to ask, and until when an answer must have come */
    int64_t again_ms;         /* when to go on that had no memory, or has more to read */
    bool held;                /* the reader of messages had no room */
    bool open_due, connected_due, end_due; /* events on their way */
    enum mqtt_end end;
    uint8_t code;
};

/* A closed one without a session; all is borrowed.  Of a packet `message_max` bytes are kept, more
 * than 65535 + 4 where any topic is to be heard of; `tls` may be NULL. */
void mqtt_init(struct mqtt *mqtt, int id, const struct connection_world *world,
               const struct mqtt_events *events, void *ctx, const struct tls_source *tls,
               uint32_t message_max);

/* Closes it and frees all, also a kept session; not from inside an event. */
void mqtt_deinit(struct mqtt *mqtt);

/* ---- requests: ERR_OK, and an event follows; ERR_STATE in a state that has none of this,
 * ERR_INVALID for what MQTT does not have or what is longer than MQTT_PACKET_MAX, ERR_NO_MEMORY:
 * nothing was done ---- */

/* Opens the connection of one that is closed: on_open().  ERR_NOT_FOUND, ERR_CREDENTIALS,
 * ERR_UNSUPPORTED as tls_source has them; the log has a line. */
enum err mqtt_open(struct mqtt *mqtt, const struct mqtt_target *target);

/* Sends CONNECT on one that is open: on_connected().  The session that was kept goes on unless
 * login->clean.  All of `login` may be wiped at once. */
enum err mqtt_connect(struct mqtt *mqtt, const struct mqtt_login *login,
                      const struct mqtt_terms *terms);

/* Sends a message on one that is connected: on_answer().  message->id 0 of QoS 1 or 2: one is
 * chosen; else ERR_BUSY for one that is under way, ERR_FULL with MQTT_FLIGHTS_MAX of them.
 * `ret_id` may be NULL. */
enum err mqtt_publish(struct mqtt *mqtt, const struct mqtt_message *message, uint16_t *ret_id);

/* The same for MQTT_SUBSCRIBE and MQTT_UNSUBSCRIBE of `count` filters, one at least. */
enum err mqtt_filter(struct mqtt *mqtt, enum mqtt_type type, uint16_t id,
                     const struct mqtt_filter *filters, size_t count, uint16_t *ret_id);

/* Sends DISCONNECT, or closes what is only open: on_end() with MQTT_LEFT. */
enum err mqtt_leave(struct mqtt *mqtt);

/* ---- state ---- */

/* Closes at once, and no event follows; requests of a session that is kept stay with it. */
void mqtt_drop(struct mqtt *mqtt);

/* There is room for the message that on_message() did not take. */
void mqtt_resume(struct mqtt *mqtt);

/* When mqtt_tick() has something to do; CLOCK_NEVER. */
int64_t mqtt_deadline(const struct mqtt *mqtt);

/* Ends what takes too long, and reports what is due; nothing before the deadline. */
void mqtt_tick(struct mqtt *mqtt);

#endif
