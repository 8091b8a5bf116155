/* mqtt_receive.c: what comes of an MQTT broker, packet by packet. */
#include "services/mqtt_internal.h"

#include <assert.h>
#include <stdlib.h>

enum {
    RECEIVED_BYTES = 65536 / 8,
    READS_MAX = 64,                      /* before others have their turn */
    ANSWERS_BYTES = 2 * MQTT_BARE_BYTES, /* the most that one packet is answered with */
    STARVED_MS = 1000
};

/* ---- messages ---- */

static bool is_received(const struct mqtt *mqtt, uint16_t id)
{
    return mqtt->received != NULL && (mqtt->received[id / 8] >> (id % 8) & 1) != 0;
}

/* Nothing more is read until the owner has room, or memory is looked for again. */
static bool hold(struct mqtt *mqtt)
{
    connection_pause(&mqtt->connection);
    mqtt->held = true;
    return false;
}

static bool starve(struct mqtt *mqtt)
{
    connection_pause(&mqtt->connection);
    mqtt->again_ms = mqtt_now_ms(mqtt) + STARVED_MS;
    return false;
}

/* A message of QoS 2 is told once (§4.3.3).  False: later. */
static bool take_message(struct mqtt *mqtt, const struct mqtt_message *message)
{
    if (message->qos == 2 && is_received(mqtt, message->id))
        return mqtt_put_bare(mqtt, MQTT_PUBREC, message->id);
    if (message->qos == 2 && mqtt->received == NULL) {
        mqtt->received = calloc(1, RECEIVED_BYTES);
        if (mqtt->received == NULL)
            return starve(mqtt);
    }
    if (!mqtt->events->on_message(mqtt->ctx, message))
        return hold(mqtt);
    if (message->lost > 0)
        log_say(mqtt->world->log, LOG_WARNING,
                "mqtt %d: a message is too long for the module: %lu bytes are lost", mqtt->id,
                (unsigned long)message->lost);
    if (mqtt->state != MQTT_CONNECTED)
        return true; /* who was told has left */
    if (message->qos == 2) {
        mqtt->received[message->id / 8] |= (uint8_t)(1U << (message->id % 8));
        mqtt->received_count++;
        mqtt_put_bare(mqtt, MQTT_PUBREC, message->id);
    } else if (message->qos == 1) {
        mqtt_put_bare(mqtt, MQTT_PUBACK, message->id);
    }
    return true;
}

static void release(struct mqtt *mqtt, uint16_t id)
{
    if (is_received(mqtt, id)) {
        mqtt->received[id / 8] &= (uint8_t) ~(1U << (id % 8));
        mqtt->received_count--;
    }
    if (mqtt->received_count == 0)
        mqtt_forget_received(mqtt);
    mqtt_put_bare(mqtt, MQTT_PUBCOMP, id);
}

/* ---- packets ---- */

static void take_connack(struct mqtt *mqtt, const struct mqtt_packet *packet)
{
    mqtt->code = packet->code;
    if (packet->code != 0) {
        mqtt_fail(mqtt, MQTT_NOT_ADMITTED);
        return;
    }
    mqtt->deadline_ms = CLOCK_NEVER;
    mqtt_enter(mqtt, MQTT_CONNECTED);
    if (mqtt->keep_alive_s > 0)
        mqtt->ping_ms = mqtt_now_ms(mqtt) + 1000 * (int64_t)mqtt->keep_alive_s;
    if (!packet->session_present)
        mqtt_forget_received(mqtt); /* the broker begins its numbers anew */
    mqtt->end = MQTT_FINE;
    mqtt->connected_due = true;
    mqtt_resend_all(mqtt);
}

/* False: it is to be taken again later. */
static bool take_packet(struct mqtt *mqtt, const struct mqtt_packet *packet)
{
    if ((mqtt->state == MQTT_CONNECTING) != (packet->type == MQTT_CONNACK)) {
        mqtt_fail(mqtt, MQTT_BROKEN);
        return true;
    }
    switch (packet->type) {
    case MQTT_CONNACK:
        take_connack(mqtt, packet);
        return true;
    case MQTT_PUBLISH:
        return take_message(mqtt, &packet->message);
    case MQTT_PUBREL:
        release(mqtt, packet->id);
        return true;
    case MQTT_PINGRESP:
        mqtt->pong_ms = CLOCK_NEVER;
        return true;
    default:
        if (!mqtt_acknowledge(mqtt, packet))
            mqtt_fail(mqtt, MQTT_BROKEN);
        return true;
    }
}

/* There must be room for what the broker is answered.  False: later. */
static bool has_room(struct mqtt *mqtt)
{
    outbox_flush(&mqtt->outbox, &mqtt->connection);
    if (outbox_room(&mqtt->outbox) < ANSWERS_BYTES) {
        connection_pause(&mqtt->connection); /* on_writable() goes on */
        return false;
    }
    return outbox_reserve(&mqtt->outbox) || starve(mqtt);
}

/* The first packet can be nothing but CONNACK: no need to wait for what somebody else's text would
 * have as its length. */
static bool is_other_protocol(const struct mqtt *mqtt)
{
    return mqtt->reader.first != MQTT_CONNACK << 4;
}

/* False: no more can be taken now. */
static bool take_input(struct mqtt *mqtt)
{
    struct mqtt_packet packet;
    size_t used;
    enum mqtt_read read = mqtt_reader_take(
        &mqtt->reader, span_at(mqtt->in + mqtt->in_at, mqtt->in_len - mqtt->in_at), &used);

    mqtt->in_at += used;
    if (read == MQTT_STARVED)
        return starve(mqtt);
    if (mqtt->state == MQTT_CONNECTING && is_other_protocol(mqtt))
        read = MQTT_MALFORMED;
    if (read == MQTT_NEED)
        return true;
    if (read == MQTT_MALFORMED || mqtt->state == MQTT_OPEN ||
        !mqtt_reader_packet(&mqtt->reader, &packet)) {
        mqtt_fail(mqtt, MQTT_BROKEN);
        return false;
    }
    if (!has_room(mqtt) || !take_packet(mqtt, &packet))
        return false;
    if (mqtt->state == MQTT_CLOSED)
        return false;
    mqtt_reader_next(&mqtt->reader);
    mqtt_settle(mqtt);
    return true;
}

/* A packet that was whole, but not taken, is in the reader still. */
static bool is_unread(const struct mqtt *mqtt)
{
    return mqtt->in_at < mqtt->in_len ||
           (mqtt->reader.measured && mqtt->reader.taken == mqtt->reader.length);
}

void mqtt_receive(struct mqtt *mqtt)
{
    struct connection_failure failure;
    unsigned reads = 0;

    while (mqtt->state >= MQTT_OPEN && mqtt->state != MQTT_LEAVING && !mqtt->held) {
        if (is_unread(mqtt)) {
            if (!take_input(mqtt))
                break;
            continue;
        }
        if (reads++ >= READS_MAX) {
            connection_pause(&mqtt->connection);
            mqtt->again_ms = mqtt_now_ms(mqtt);
            break;
        }
        mqtt->in_at = 0;
        mqtt->in_len = connection_read(&mqtt->connection, mqtt->in, sizeof(mqtt->in));
        if (mqtt->in_len > 0)
            continue;
        if (connection_has_ended(&mqtt->connection, &failure))
            mqtt_fail(mqtt, MQTT_LOST);
        break;
    }
    mqtt_pump(mqtt);
}
