/* mqtt_internal.h: what the files of the MQTT client share; each calls those above it only. */
#ifndef SERVICES_MQTT_INTERNAL_H
#define SERVICES_MQTT_INTERNAL_H

#include "base/time.h"
#include "services/mqtt.h"

enum mqtt_stage {
    MQTT_TO_SEND,    /* it was not put into the outbox, or is to be put there again */
    MQTT_SENT,       /* an acknowledgement is waited for */
    MQTT_TO_RELEASE, /* PUBREC has come, PUBREL is to be sent */
    MQTT_RELEASED,   /* PUBCOMP is waited for */
    MQTT_ANSWERED    /* on_answer() is due */
};

struct mqtt_flight {
    struct mqtt_flight *next;
    struct bytes packet;
    struct bytes codes; /* of SUBACK */
    enum mqtt_type type;
    enum mqtt_stage stage;
    enum mqtt_result result;
    int64_t due_ms; /* when the acknowledgement is missed */
    size_t filters;
    unsigned sent; /* how often, in this stage */
    uint16_t id;
    uint8_t qos;
    bool resent_due; /* MQTT_RESENT is to be told */
};

/* ---- mqtt_state.c ---- */

/* The only writer of mqtt->state. */
void mqtt_enter(struct mqtt *mqtt, enum mqtt_state next);

/* The module's clock of milliseconds. */
int64_t mqtt_now_ms(const struct mqtt *mqtt);

/* Frees a flight that is in no list (any more). */
void mqtt_free_flight(struct mqtt_flight *flight);

/* Which messages of QoS 2 have come. */
void mqtt_forget_received(struct mqtt *mqtt);

/* The session is over: forgets requests and identifiers; no event. */
void mqtt_forget_session(struct mqtt *mqtt);

/* Closes the connection; what is under way of a clean session, and what does not outlive a
 * connection, has failed. */
void mqtt_close(struct mqtt *mqtt);

/* The same, and the event of the state that it was in is due. */
void mqtt_fail(struct mqtt *mqtt, enum mqtt_end end);

/* ---- mqtt_flight.c ---- */

/* Sends what waits, as far as the network and memory have room. */
void mqtt_pump(struct mqtt *mqtt);

/* Puts a packet without content into the outbox; false: there is no room now. */
bool mqtt_put_bare(struct mqtt *mqtt, enum mqtt_type type, uint16_t id);

/* A new request whose packet was made, which it owns from now on, also with an error. */
enum err mqtt_add_flight(struct mqtt *mqtt, const struct mqtt_flight *flight);

/* An identifier that is not in use, for a request that has none. */
uint16_t mqtt_choose_id(struct mqtt *mqtt);

/* True where a request of that number is under way. */
bool mqtt_is_flying(const struct mqtt *mqtt, uint16_t id);

/* An acknowledgement has come; false: it breaks the protocol. */
bool mqtt_acknowledge(struct mqtt *mqtt, const struct mqtt_packet *packet);

/* Connected again: all that is not acknowledged is to be sent again. */
void mqtt_resend_all(struct mqtt *mqtt);

/* When a flight has something to tell, or is to be sent again. */
int64_t mqtt_flights_deadline(const struct mqtt *mqtt);

/* Sends again what was not acknowledged in time. */
void mqtt_flights_tick(struct mqtt *mqtt);

/* Raises what is due: last in everything that the event loop brings. */
void mqtt_settle(struct mqtt *mqtt);

/* ---- mqtt_receive.c ---- */

/* Takes what has come. */
void mqtt_receive(struct mqtt *mqtt);

#endif
