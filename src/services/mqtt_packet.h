/* mqtt_packet.h: the packets of MQTT 3.1.1, taken apart and put together.
 *
 * Source: OASIS MQTT Version 3.1.1; for protocol level 3: MQTT V3.1 Protocol Specification (IBM).
 * Bytes only: what a packet means to a session is mqtt.h's business.
 */
#ifndef SERVICES_MQTT_PACKET_H
#define SERVICES_MQTT_PACKET_H

#include "base/bytes.h"

/* §2.2.1 */
enum mqtt_type {
    MQTT_CONNECT = 1,
    MQTT_CONNACK,
    MQTT_PUBLISH,
    MQTT_PUBACK,
    MQTT_PUBREC,
    MQTT_PUBREL,
    MQTT_PUBCOMP,
    MQTT_SUBSCRIBE,
    MQTT_SUBACK,
    MQTT_UNSUBSCRIBE,
    MQTT_UNSUBACK,
    MQTT_PINGREQ,
    MQTT_PINGRESP,
    MQTT_DISCONNECT
};

/* CONNACK's codes, §3.2.2.3 */
enum mqtt_refusal {
    MQTT_REFUSES_VERSION = 1,
    MQTT_REFUSES_CLIENT,
    MQTT_REFUSES_NOW,
    MQTT_REFUSES_USER,
    MQTT_REFUSES_RIGHTS
};

enum {
    MQTT_STRING_MAX = 65535,
    MQTT_QOS_MAX = 2,
    MQTT_SUBACK_REFUSED = 128,
    MQTT_BARE_BYTES = 4 /* the longest packet that is nothing but a packet identifier */
};

struct mqtt_message {
    struct span topic, payload; /* any bytes; a topic has none of the wildcards when it is sent */
    uint16_t id;                /* 0 with `qos` 0 */
    uint8_t qos;
    bool retain;
    bool dup;
    uint32_t lost; /* of one that came: bytes behind `payload` that were too many */
};

/* One packet of a server. */
struct mqtt_packet {
    enum mqtt_type type;
    uint16_t id;
    uint8_t code;                /* of CONNACK */
    bool session_present;        /* of CONNACK */
    struct span codes;           /* of SUBACK, one for each filter */
    struct mqtt_message message; /* of PUBLISH */
};

/* Collects the bytes of one packet.  All zero but `max` is an empty one. */
struct mqtt_reader {
    uint32_t max;    /* bytes kept of the part behind the fixed header; the rest is lost */
    uint32_t length; /* the remaining length, as far as it has come */
    uint32_t taken;  /* of it */
    struct bytes body;
    uint8_t first;
    uint8_t digits; /* of the remaining length that have come */
    bool begun, measured;
};

enum mqtt_read { MQTT_NEED, MQTT_WHOLE, MQTT_MALFORMED, MQTT_STARVED };

/* Takes bytes up to the end of a packet; `ret_used` of them are done with.  MQTT_WHOLE: it is all
 * there, until mqtt_reader_next().  MQTT_MALFORMED: no server sends that, there is no way on.
 * MQTT_STARVED: no memory; the same bytes may be given again, from `ret_used` on. */
enum mqtt_read mqtt_reader_take(struct mqtt_reader *reader, struct span bytes, size_t *ret_used);

/* Understands the packet that is whole; `ret_packet` borrows from the reader.  False: it is none
 * that a server may send. */
bool mqtt_reader_packet(const struct mqtt_reader *reader, struct mqtt_packet *ret_packet);

/* Forgets the packet, and is ready for another. */
void mqtt_reader_next(struct mqtt_reader *reader);

struct mqtt_login {
    uint8_t level; /* 4: MQTT 3.1.1; 3: MQTT 3.1 */
    bool clean;
    uint16_t keep_alive_s; /* 0: none */
    struct span client_id;
    bool has_user, has_password; /* a password needs a user */
    struct span user, password;
    bool has_will;
    struct mqtt_message will; /* without `id` */
};

struct mqtt_filter {
    struct span topic;
    uint8_t qos;
};

/* Whether messages can be sent to it: not empty, not too long, without wildcards. */
bool mqtt_is_topic(struct span topic);

/* Each puts one packet into `to`, which has none and is the caller's to free.  ERR_INVALID for
 * what MQTT does not have: a string that is too long, a QoS above 2, an empty topic, wildcards
 * where a message is sent to; ERR_NO_MEMORY. */
enum err mqtt_make_connect(struct bytes *to, const struct mqtt_login *login);

/* The same of a message; its `lost` does not count. */
enum err mqtt_make_publish(struct bytes *to, const struct mqtt_message *message);

/* The same of `count` filters, one at least; `type` is MQTT_SUBSCRIBE, or MQTT_UNSUBSCRIBE, where
 * `qos` does not count. */
enum err mqtt_make_filters(struct bytes *to, enum mqtt_type type, uint16_t id,
                           const struct mqtt_filter *filters, size_t count);

/* A packet of nothing but its type and perhaps an identifier (0: none), in `bytes`; its length. */
size_t mqtt_make_bare(uint8_t bytes[MQTT_BARE_BYTES], enum mqtt_type type, uint16_t id);

/* Says of a PUBLISH that was made that it may have been sent before; not of QoS 0. */
void mqtt_mark_repeated(struct bytes *packet);

#endif
