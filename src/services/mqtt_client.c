/* mqtt_client.c: an MQTT client from its opening to DISCONNECT: what its owner asks for, and what
 * the connection and the time bring. */
#include "services/mqtt_internal.h"

#include <assert.h>

/* ---- events of the connection ---- */

static void on_open(void *ctx)
{
    struct mqtt *mqtt = ctx;

    mqtt_enter(mqtt, MQTT_OPEN);
    mqtt->end = MQTT_FINE;
    mqtt->open_due = true;
    mqtt_settle(mqtt);
}

static void on_failed(void *ctx, const struct connection_failure *failure)
{
    struct mqtt *mqtt = ctx;

    mqtt->failure = *failure;
    mqtt_fail(mqtt, MQTT_NO_CONNECTION);
    mqtt_settle(mqtt);
}

/* What comes while we leave is nobody's; a broker's end is ours. */
static void leave_on(struct mqtt *mqtt)
{
    struct connection_failure failure;
    bool sent = outbox_flush(&mqtt->outbox, &mqtt->connection);

    if ((sent && connection_is_flushed(&mqtt->connection)) ||
        connection_has_ended(&mqtt->connection, &failure))
        mqtt_fail(mqtt, MQTT_LEFT);
    else
        connection_pause(&mqtt->connection);
}

static void on_data(void *ctx)
{
    struct mqtt *mqtt = ctx;

    if (mqtt->state == MQTT_LEAVING)
        leave_on(mqtt);
    else
        mqtt_receive(mqtt);
    mqtt_settle(mqtt);
}

static void on_writable(void *ctx)
{
    struct mqtt *mqtt = ctx;

    if (mqtt->state == MQTT_LEAVING) {
        leave_on(mqtt);
    } else {
        mqtt_pump(mqtt);
        mqtt_receive(mqtt);
    }
    mqtt_settle(mqtt);
}

static const struct connection_events connection_events = {
    .on_open = on_open,
    .on_failed = on_failed,
    .on_data = on_data,
    .on_writable = on_writable,
};

/* ---- its life ---- */

void mqtt_init(struct mqtt *mqtt, int id, const struct connection_world *world,
               const struct mqtt_events *events, void *ctx, const struct tls_source *tls,
               uint32_t message_max)
{
    assert(events->on_open != NULL && events->on_connected != NULL && events->on_answer != NULL);
    assert(events->on_message != NULL && events->on_end != NULL && message_max > 0);
    *mqtt = (struct mqtt){ .world = world, .events = events, .ctx = ctx, .id = id, .clean = true };
    if (tls != NULL)
        mqtt->tls = *tls;
    mqtt->reader.max = message_max;
    mqtt->deadline_ms = mqtt->ping_ms = mqtt->pong_ms = mqtt->again_ms = CLOCK_NEVER;
    outbox_init(&mqtt->outbox, MQTT_PACKET_MAX);
    connection_init(&mqtt->connection, id, world, &connection_events, mqtt, 0);
    connection_name(&mqtt->connection, "mqtt");
}

void mqtt_deinit(struct mqtt *mqtt)
{
    mqtt_drop(mqtt);
    mqtt_forget_session(mqtt);
}

struct opening {
    struct mqtt *mqtt;
    const struct mqtt_target *target;
};

static enum err open_with(void *ctx, const struct tls_config *tls)
{
    const struct opening *opening = ctx;
    struct connection_target target = { .host = opening->target->host,
                                        .port = opening->target->port,
                                        .transport = NET_TCP,
                                        .step_timeout_ms = opening->target->step_timeout_ms,
                                        .total_timeout_ms = opening->target->total_timeout_ms,
                                        .tls = tls };
    struct connection_failure failure;

    return connection_open(&opening->mqtt->connection, &target, &failure);
}

static bool has_news(const struct mqtt *mqtt)
{
    return mqtt->open_due || mqtt->connected_due || mqtt->end_due;
}

enum err mqtt_open(struct mqtt *mqtt, const struct mqtt_target *target)
{
    struct opening opening = { mqtt, target };
    enum err err;

    assert(target->host != NULL && target->step_timeout_ms > 0);
    if (mqtt->state != MQTT_CLOSED || has_news(mqtt))
        return ERR_STATE;
    if (!target->secure)
        err = open_with(&opening, NULL);
    else if (mqtt->tls.lend != NULL)
        err = mqtt->tls.lend(mqtt->tls.ctx, open_with, &opening);
    else
        err = ERR_UNSUPPORTED;
    if (err == ERR_OK)
        mqtt_enter(mqtt, MQTT_OPENING);
    return err;
}

enum err mqtt_connect(struct mqtt *mqtt, const struct mqtt_login *login,
                      const struct mqtt_terms *terms)
{
    struct bytes packet = { .data = NULL };
    enum err err;

    assert(terms->reply_ms > 0);
    if (mqtt->state != MQTT_OPEN || has_news(mqtt))
        return ERR_STATE;
    err = mqtt_make_connect(&packet, login);
    if (err == ERR_OK && packet.len > MQTT_PACKET_MAX)
        err = ERR_INVALID;
    if (err == ERR_OK && outbox_put(&mqtt->outbox, bytes_span(&packet)) != packet.len)
        err = ERR_NO_MEMORY;
    bytes_free(&packet);
    if (err != ERR_OK)
        return err;
    if (login->clean)
        mqtt_forget_session(mqtt);
    mqtt->clean = login->clean;
    mqtt->keep_alive_s = login->keep_alive_s;
    mqtt->terms = *terms;
    mqtt->code = 0;
    mqtt->deadline_ms = mqtt_now_ms(mqtt) + terms->reply_ms;
    mqtt_enter(mqtt, MQTT_CONNECTING);
    mqtt_pump(mqtt);
    return ERR_OK;
}

/* ---- requests ---- */

/* ERR_OK where a request may be made, with its number in `ret_id`, which was 0 for any. */
static enum err prepare(struct mqtt *mqtt, uint16_t *ret_id, bool needs_id)
{
    if (mqtt->state != MQTT_CONNECTED)
        return ERR_STATE;
    if (mqtt->flight_count >= MQTT_FLIGHTS_MAX)
        return ERR_FULL;
    if (!needs_id)
        *ret_id = 0;
    else if (*ret_id == 0)
        *ret_id = mqtt_choose_id(mqtt);
    else if (mqtt_is_flying(mqtt, *ret_id))
        return ERR_BUSY;
    return ERR_OK;
}

/* Sends what was made; errors are passed on. */
static enum err request(struct mqtt *mqtt, enum err err, struct mqtt_flight *flight,
                        uint16_t *ret_id)
{
    if (err == ERR_OK && flight->packet.len > MQTT_PACKET_MAX) {
        bytes_free(&flight->packet);
        err = ERR_INVALID;
    }
    if (err != ERR_OK)
        return err;
    if (ret_id != NULL)
        *ret_id = flight->id;
    return mqtt_add_flight(mqtt, flight);
}

enum err mqtt_publish(struct mqtt *mqtt, const struct mqtt_message *message, uint16_t *ret_id)
{
    struct mqtt_message sent = *message;
    struct mqtt_flight flight = { .type = MQTT_PUBLISH, .qos = message->qos };
    enum err err = prepare(mqtt, &sent.id, message->qos > 0);

    if (err != ERR_OK)
        return err;
    flight.id = sent.id;
    return request(mqtt, mqtt_make_publish(&flight.packet, &sent), &flight, ret_id);
}

enum err mqtt_filter(struct mqtt *mqtt, enum mqtt_type type, uint16_t id,
                     const struct mqtt_filter *filters, size_t count, uint16_t *ret_id)
{
    struct mqtt_flight flight = { .type = type, .filters = count };
    enum err err = prepare(mqtt, &id, true);

    if (err != ERR_OK)
        return err;
    flight.id = id;
    return request(mqtt, mqtt_make_filters(&flight.packet, type, id, filters, count), &flight,
                   ret_id);
}

enum err mqtt_leave(struct mqtt *mqtt)
{
    if ((mqtt->state != MQTT_OPEN && mqtt->state != MQTT_CONNECTED) || has_news(mqtt))
        return ERR_STATE;
    mqtt->deadline_ms = mqtt_now_ms(mqtt);
    if (mqtt->state == MQTT_CONNECTED && mqtt_put_bare(mqtt, MQTT_DISCONNECT, 0) &&
        (!outbox_flush(&mqtt->outbox, &mqtt->connection) ||
         !connection_is_flushed(&mqtt->connection)))
        mqtt->deadline_ms += mqtt->terms.reply_ms;
    mqtt->ping_ms = mqtt->pong_ms = CLOCK_NEVER;
    mqtt_enter(mqtt, MQTT_LEAVING);
    return ERR_OK;
}

void mqtt_resume(struct mqtt *mqtt)
{
    if (!mqtt->held)
        return;
    mqtt->held = false;
    mqtt->again_ms = mqtt_now_ms(mqtt);
}

/* ---- its clock ---- */

int64_t mqtt_deadline(const struct mqtt *mqtt)
{
    int64_t deadline_ms = time_earlier(mqtt->deadline_ms, mqtt->again_ms);

    if (has_news(mqtt))
        return 0;
    deadline_ms = time_earlier(deadline_ms, time_earlier(mqtt->ping_ms, mqtt->pong_ms));
    deadline_ms = time_earlier(deadline_ms, mqtt_flights_deadline(mqtt));
    return time_earlier(deadline_ms, connection_deadline(&mqtt->connection));
}

static void keep_alive(struct mqtt *mqtt, int64_t now_ms)
{
    if (mqtt->state != MQTT_CONNECTED)
        return;
    if (now_ms >= mqtt->pong_ms && mqtt->held) {
        mqtt->pong_ms = now_ms + mqtt->terms.reply_ms; /* it may be among what is not read */
    } else if (now_ms >= mqtt->pong_ms) {
        mqtt_fail(mqtt, MQTT_NO_PONG);
        return;
    }
    if (now_ms < mqtt->ping_ms)
        return;
    mqtt->ping_ms = now_ms + 1000 * (int64_t)mqtt->keep_alive_s;
    if (mqtt->pong_ms == CLOCK_NEVER) /* also where there is no room: it is silent then */
        mqtt->pong_ms = now_ms + mqtt->terms.reply_ms;
    mqtt_put_bare(mqtt, MQTT_PINGREQ, 0);
    mqtt_pump(mqtt);
}

static void time_out(struct mqtt *mqtt)
{
    mqtt_fail(mqtt, mqtt->state == MQTT_LEAVING ? MQTT_LEFT : MQTT_NOT_ANSWERED);
}

void mqtt_tick(struct mqtt *mqtt)
{
    int64_t now_ms = mqtt_now_ms(mqtt);

    if (now_ms >= connection_deadline(&mqtt->connection))
        connection_tick(&mqtt->connection);
    if (now_ms >= mqtt->again_ms) {
        mqtt->again_ms = CLOCK_NEVER;
        mqtt_receive(mqtt);
    }
    if (now_ms >= mqtt->deadline_ms)
        time_out(mqtt);
    keep_alive(mqtt, now_ms);
    mqtt_flights_tick(mqtt);
    mqtt_settle(mqtt);
}
