/* mqtt_flight.c: requests of an MQTT client under way: sent, acknowledged, sent again, answered. */
#include "services/mqtt_internal.h"

#include <assert.h>
#include <stdlib.h>

enum { STARVED_MS = 1000 };

/* ---- sent ---- */

/* Something has gone to the broker: the next PINGREQ is due a whole interval after it (§3.1.2.10).
 */
static void note_sending(struct mqtt *mqtt)
{
    if (mqtt->keep_alive_s > 0 && mqtt->state == MQTT_CONNECTED)
        mqtt->ping_ms = mqtt_now_ms(mqtt) + 1000 * (int64_t)mqtt->keep_alive_s;
}

/* Whole packets only. */
static bool put(struct mqtt *mqtt, struct span packet)
{
    if (outbox_room(&mqtt->outbox) < packet.len)
        return false; /* on_writable() follows */
    if (!outbox_reserve(&mqtt->outbox)) {
        mqtt->again_ms = time_earlier(mqtt->again_ms, mqtt_now_ms(mqtt) + STARVED_MS);
        return false;
    }
    outbox_put(&mqtt->outbox, packet);
    note_sending(mqtt);
    return true;
}

bool mqtt_put_bare(struct mqtt *mqtt, enum mqtt_type type, uint16_t id)
{
    uint8_t bytes[MQTT_BARE_BYTES];

    return put(mqtt, span_at(bytes, mqtt_make_bare(bytes, type, id)));
}

static void answer(struct mqtt_flight *flight, enum mqtt_result result)
{
    flight->stage = MQTT_ANSWERED;
    flight->result = result;
    bytes_free(&flight->packet);
}

/* False: there is no room. */
static bool launch(struct mqtt *mqtt, struct mqtt_flight *flight)
{
    bool releases = flight->stage == MQTT_TO_RELEASE;

    if (releases ? !mqtt_put_bare(mqtt, MQTT_PUBREL, flight->id)
                 : !put(mqtt, bytes_span(&flight->packet)))
        return false;
    flight->sent++;
    flight->stage = releases ? MQTT_RELEASED : MQTT_SENT;
    flight->due_ms = mqtt_now_ms(mqtt) + mqtt->terms.reply_ms;
    if (flight->type == MQTT_PUBLISH && flight->qos == 0)
        answer(flight, MQTT_DONE);
    else if (flight->type == MQTT_PUBLISH && !releases)
        mqtt_mark_repeated(&flight->packet); /* for the next time */
    return true;
}

static bool is_waiting(const struct mqtt_flight *flight)
{
    return flight->stage == MQTT_TO_SEND || flight->stage == MQTT_TO_RELEASE;
}

/* In their order, as far as there is room; how many. */
static size_t launch_waiting(struct mqtt *mqtt)
{
    struct mqtt_flight *flight = mqtt->flights;
    size_t launched = 0;

    for (; flight != NULL && mqtt->state == MQTT_CONNECTED; flight = flight->next) {
        if (!is_waiting(flight))
            continue;
        if (!launch(mqtt, flight))
            break;
        launched++;
    }
    return launched;
}

void mqtt_pump(struct mqtt *mqtt)
{
    bool sent = mqtt->state >= MQTT_CONNECTING;

    while (sent) {
        size_t launched = launch_waiting(mqtt);

        sent = outbox_flush(&mqtt->outbox, &mqtt->connection) && launched > 0;
    }
}

/* ---- asked for ---- */

bool mqtt_is_flying(const struct mqtt *mqtt, uint16_t id)
{
    for (const struct mqtt_flight *flight = mqtt->flights; flight != NULL; flight = flight->next) {
        if (flight->id == id && id != 0)
            return true;
    }
    return false;
}

uint16_t mqtt_choose_id(struct mqtt *mqtt)
{
    do {
        mqtt->last_id++;
    } while (mqtt->last_id == 0 || mqtt_is_flying(mqtt, mqtt->last_id));
    return mqtt->last_id;
}

enum err mqtt_add_flight(struct mqtt *mqtt, const struct mqtt_flight *flight)
{
    struct mqtt_flight *added = malloc(sizeof(*added));
    struct mqtt_flight **link = &mqtt->flights;

    if (added == NULL) {
        struct bytes packet = flight->packet;

        bytes_free(&packet);
        return ERR_NO_MEMORY;
    }
    *added = *flight;
    added->stage = MQTT_TO_SEND;
    while (*link != NULL)
        link = &(*link)->next;
    *link = added;
    mqtt->flight_count++;
    mqtt_pump(mqtt);
    return ERR_OK;
}

/* ---- acknowledged ---- */

static enum mqtt_type request_of(enum mqtt_type acknowledgement)
{
    if (acknowledgement == MQTT_SUBACK)
        return MQTT_SUBSCRIBE;
    return acknowledgement == MQTT_UNSUBACK ? MQTT_UNSUBSCRIBE : MQTT_PUBLISH;
}

static struct mqtt_flight *find(const struct mqtt *mqtt, const struct mqtt_packet *packet)
{
    struct mqtt_flight *flight = mqtt->flights;

    while (flight != NULL && (flight->id != packet->id || flight->stage == MQTT_ANSWERED ||
                              flight->type != request_of(packet->type)))
        flight = flight->next;
    return flight;
}

/* False: this acknowledgement does not fit the QoS. */
static bool publish_step(struct mqtt_flight *flight, enum mqtt_type type)
{
    if ((type == MQTT_PUBACK) != (flight->qos == 1))
        return false;
    if (type != MQTT_PUBREC) {
        answer(flight, MQTT_DONE);
        return true;
    }
    if (flight->stage == MQTT_SENT || flight->stage == MQTT_TO_SEND)
        flight->sent = 0;
    flight->stage = MQTT_TO_RELEASE;
    bytes_free(&flight->packet);
    return true;
}

bool mqtt_acknowledge(struct mqtt *mqtt, const struct mqtt_packet *packet)
{
    struct mqtt_flight *flight = find(mqtt, packet);

    if (flight == NULL) {
        log_say(mqtt->world->log, LOG_INFO,
                "mqtt %d: the broker acknowledges %u, which is not under way", mqtt->id,
                (unsigned)packet->id);
        if (packet->type == MQTT_PUBREC) /* it would be asked for as long as the session lasts */
            mqtt_put_bare(mqtt, MQTT_PUBREL, packet->id);
        return true;
    }
    if (flight->type == MQTT_PUBLISH)
        return publish_step(flight, packet->type);
    if (flight->type == MQTT_SUBSCRIBE) {
        if (packet->codes.len != flight->filters)
            return false;
        if (bytes_copy(&flight->codes, packet->codes) != ERR_OK) {
            answer(flight, MQTT_FAILED);
            return true;
        }
    }
    answer(flight, MQTT_DONE);
    return true;
}

/* ---- sent again ---- */

static void send_again(struct mqtt_flight *flight)
{
    if (flight->stage == MQTT_SENT)
        flight->stage = MQTT_TO_SEND;
    else if (flight->stage == MQTT_RELEASED)
        flight->stage = MQTT_TO_RELEASE;
}

void mqtt_resend_all(struct mqtt *mqtt)
{
    for (struct mqtt_flight *flight = mqtt->flights; flight != NULL; flight = flight->next) {
        send_again(flight);
        flight->sent = 0;
    }
}

static bool is_flown(const struct mqtt_flight *flight)
{
    return flight->stage == MQTT_SENT || flight->stage == MQTT_RELEASED;
}

int64_t mqtt_flights_deadline(const struct mqtt *mqtt)
{
    int64_t deadline_ms = CLOCK_NEVER;

    for (const struct mqtt_flight *flight = mqtt->flights; flight != NULL; flight = flight->next) {
        if (flight->stage == MQTT_ANSWERED || flight->resent_due)
            return 0;
        if (mqtt->state == MQTT_CONNECTED && is_flown(flight))
            deadline_ms = time_earlier(deadline_ms, flight->due_ms);
    }
    return deadline_ms;
}

void mqtt_flights_tick(struct mqtt *mqtt)
{
    int64_t now_ms = mqtt_now_ms(mqtt);

    if (mqtt->state != MQTT_CONNECTED)
        return;
    for (struct mqtt_flight *flight = mqtt->flights; flight != NULL; flight = flight->next) {
        if (!is_flown(flight) || now_ms < flight->due_ms)
            continue;
        if (mqtt->held) { /* the answer may be among what is not read */
            flight->due_ms = now_ms + mqtt->terms.reply_ms;
        } else if (flight->sent > mqtt->terms.retries) {
            answer(flight, MQTT_FAILED);
        } else {
            send_again(flight);
            flight->resent_due = true;
        }
    }
    mqtt_pump(mqtt);
}

/* ---- answered ---- */

/* Takes one thing that is to be told; false: there is none.  `ret_ended`: the flight is over, out
 * of the list, and the caller's. */
static struct mqtt_flight *next_news(struct mqtt *mqtt, bool *ret_ended)
{
    struct mqtt_flight **link = &mqtt->flights;
    struct mqtt_flight *flight;

    while (*link != NULL && (*link)->stage != MQTT_ANSWERED && !(*link)->resent_due)
        link = &(*link)->next;
    flight = *link;
    *ret_ended = flight != NULL && flight->stage == MQTT_ANSWERED;
    if (*ret_ended) {
        *link = flight->next;
        mqtt->flight_count--;
    }
    return flight;
}

static void tell_answers(struct mqtt *mqtt)
{
    struct mqtt_flight *flight;
    bool ended;

    while ((flight = next_news(mqtt, &ended)) != NULL) {
        struct mqtt_answer told = { .request = flight->type,
                                    .id = flight->id,
                                    .result = ended ? flight->result : MQTT_RESENT,
                                    .codes = bytes_span(&flight->codes) };

        flight->resent_due = false;
        mqtt->events->on_answer(mqtt->ctx, &told);
        if (ended)
            mqtt_free_flight(flight);
    }
}

void mqtt_settle(struct mqtt *mqtt)
{
    tell_answers(mqtt);
    if (mqtt->open_due) {
        mqtt->open_due = false;
        mqtt->events->on_open(mqtt->ctx, mqtt->end);
    }
    if (mqtt->connected_due) {
        mqtt->connected_due = false;
        mqtt->events->on_connected(mqtt->ctx, mqtt->end, mqtt->code);
    }
    if (mqtt->end_due) {
        mqtt->end_due = false;
        mqtt->events->on_end(mqtt->ctx, mqtt->end);
    }
}
