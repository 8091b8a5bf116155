/* mqtt_state.c: the states of an MQTT client, and the end of its connection and session. */
#include "services/mqtt_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const state_names[] = {
#define MQTT_NAME(name) [name] = #name,
    MQTT_STATES(MQTT_NAME)
#undef MQTT_NAME
};

const char *mqtt_end_text(enum mqtt_end end)
{
    static const char *const texts[] = {
#define MQTT_TEXT(name, text) [name] = text,
        MQTT_ENDS(MQTT_TEXT)
#undef MQTT_TEXT
    };

    return texts[end];
}

const char *mqtt_refusal_text(uint8_t code)
{
    static const char *const texts[] = {
        [MQTT_REFUSES_VERSION] = "protocol version", [MQTT_REFUSES_CLIENT] = "client id",
        [MQTT_REFUSES_NOW] = "server unavailable",   [MQTT_REFUSES_USER] = "user or password",
        [MQTT_REFUSES_RIGHTS] = "not authorized",
    };

    assert(code != 0);
    return code < sizeof(texts) / sizeof(texts[0]) ? texts[code]
                                                   : "a number that MQTT does not have";
}

void mqtt_enter(struct mqtt *mqtt, enum mqtt_state next)
{
    log_trace(mqtt->world->log, TRACE_SOCKET, "mqtt %d: %s -> %s", mqtt->id,
              state_names[mqtt->state], state_names[next]);
    mqtt->state = next;
}

int64_t mqtt_now_ms(const struct mqtt *mqtt)
{
    return mqtt->world->now_ms(mqtt->world->ctx);
}

void mqtt_free_flight(struct mqtt_flight *flight)
{
    bytes_free(&flight->packet);
    bytes_free(&flight->codes);
    free(flight);
}

void mqtt_forget_received(struct mqtt *mqtt)
{
    free(mqtt->received);
    mqtt->received = NULL;
    mqtt->received_count = 0;
}

void mqtt_forget_session(struct mqtt *mqtt)
{
    while (mqtt->flights != NULL) {
        struct mqtt_flight *flight = mqtt->flights;

        mqtt->flights = flight->next;
        mqtt_free_flight(flight);
    }
    mqtt->flight_count = 0;
    mqtt_forget_received(mqtt);
}

/* Only messages of QoS 1 and 2 outlive a connection (§3.1.2.4). */
static void fail_flights(struct mqtt *mqtt)
{
    for (struct mqtt_flight *flight = mqtt->flights; flight != NULL; flight = flight->next) {
        if (flight->stage == MQTT_ANSWERED || (!mqtt->clean && flight->qos > 0))
            continue;
        flight->stage = MQTT_ANSWERED;
        flight->result = MQTT_FAILED;
    }
}

void mqtt_close(struct mqtt *mqtt)
{
    connection_close(&mqtt->connection);
    outbox_clear(&mqtt->outbox);
    mqtt_reader_next(&mqtt->reader);
    mqtt->in_at = mqtt->in_len = 0;
    mqtt->held = false;
    mqtt->deadline_ms = mqtt->ping_ms = mqtt->pong_ms = mqtt->again_ms = CLOCK_NEVER;
    fail_flights(mqtt);
    if (mqtt->clean)
        mqtt_forget_received(mqtt);
    if (mqtt->state != MQTT_CLOSED)
        mqtt_enter(mqtt, MQTT_CLOSED);
}

static void say_failure(const struct mqtt *mqtt, enum mqtt_end end)
{
    char code[60] = "";

    if (end == MQTT_FINE || end == MQTT_LEFT || end == MQTT_NO_CONNECTION || end == MQTT_BAD_TLS)
        return; /* asked for, or said already */
    if (end == MQTT_NOT_ADMITTED)
        snprintf(code, sizeof(code), ": %u, %s", (unsigned)mqtt->code,
                 mqtt_refusal_text(mqtt->code));
    log_say(mqtt->world->log, LOG_WARNING, "mqtt %d: %s port %u: %s%s", mqtt->id,
            mqtt->connection.host != NULL ? mqtt->connection.host : "",
            (unsigned)mqtt->connection.port, mqtt_end_text(end), code);
}

void mqtt_fail(struct mqtt *mqtt, enum mqtt_end end)
{
    enum mqtt_state before = mqtt->state;

    assert(before != MQTT_CLOSED && end != MQTT_FINE);
    say_failure(mqtt, end);
    mqtt_close(mqtt);
    mqtt->end = before == MQTT_LEAVING ? MQTT_LEFT : end;
    mqtt->open_due = before == MQTT_OPENING;
    mqtt->connected_due = before == MQTT_CONNECTING;
    mqtt->end_due = !mqtt->open_due && !mqtt->connected_due;
}

void mqtt_drop(struct mqtt *mqtt)
{
    mqtt_close(mqtt);
    mqtt->open_due = mqtt->connected_due = mqtt->end_due = false;
    for (struct mqtt_flight **link = &mqtt->flights; *link != NULL;) {
        struct mqtt_flight *flight = *link;

        if (flight->stage != MQTT_ANSWERED) {
            flight->resent_due = false;
            link = &flight->next;
            continue;
        }
        *link = flight->next;
        mqtt->flight_count--;
        mqtt_free_flight(flight);
    }
    connection_deinit(&mqtt->connection);
}
