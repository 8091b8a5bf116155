/* fibocom_mqtt_part.c: what comes of an MQTT client: results, messages and the end, as lines that a
 * port hears on its own.
 *
 * Source: docs/facts/mqtt-mux-ppp.md §1.
 */
#include "personalities/fibocom/fibocom.h"

#include "module/identity.h"

#include <assert.h>

enum { STATUS_FAILED, STATUS_DONE };

/* <cause> of +MQTTBREAK. */
enum { BREAK_NETWORK = 1, BREAK_RADIO };

/* What a line may have of a message: the head and its quotes come to it. */
enum { LINE_MESSAGE_MAX = 1500 };

struct fibocom_mqtt *fibocom_mqtt_of(const struct at_session *at, int32_t id)
{
    return module_part(module_of(at), &fibocom_mqtt_part, (size_t)id - 1);
}

const struct fibocom_mqtt *fibocom_mqtt_look(const struct at_session *at, int32_t id)
{
    return module_part_if(module_of(at), &fibocom_mqtt_part, (size_t)id - 1);
}

static void tell(const struct fibocom_mqtt *mqtt, const char *name, int status)
{
    at_urc(mqtt->owner->at, "%s: %d,%d", name, (int)mqtt->id, status);
}

/* A message that came before comes first. */
static void tell_break(struct fibocom_mqtt *mqtt, int cause)
{
    if (mqtt->heard.data != NULL && !mqtt->heard_told)
        mqtt->late_break = cause;
    else
        tell(mqtt, "+MQTTBREAK", cause);
}

/* ---- what the client tells ---- */

static void tell_opened(struct fibocom_mqtt *mqtt, bool good)
{
    mqtt->task = MQTT_TASK_NONE;
    tell(mqtt, "+MQTTOPEN", good ? STATUS_DONE : STATUS_FAILED);
}

static enum err log_in(struct fibocom_mqtt *mqtt)
{
    const char *client_id =
        mqtt->client_id != NULL ? mqtt->client_id : identity_imei(mqtt->owner->at);
    const struct mqtt_login login = {
        .level = 4,
        .clean = mqtt->clean,
        .keep_alive_s = mqtt->keep_alive_s,
        .client_id = span_of(client_id),
        .has_user = mqtt->user != NULL,
        .has_password = mqtt->user != NULL && mqtt->password != NULL,
        .user = span_of(at_text(mqtt->user)),
        .password = span_of(at_text(mqtt->password)),
        .has_will = mqtt->will_topic != NULL,
        .will = { .topic = span_of(at_text(mqtt->will_topic)),
                  .payload = bytes_span(&mqtt->will_message),
                  .qos = mqtt->will_qos,
                  .retain = mqtt->will_retain },
    };
    const struct mqtt_terms terms = {
        .reply_ms = module_fact_peek(mqtt->modem, FACT_MQTT_REPLY_MS),
    };

    return mqtt_connect(&mqtt->client, &login, &terms);
}

static void on_open(void *ctx, enum mqtt_end end)
{
    struct fibocom_mqtt *mqtt = ctx;

    if (end == MQTT_FINE && log_in(mqtt) == ERR_OK)
        return; /* on_connected() follows */
    if (end != MQTT_FINE && mqtt->client.failure.err == ERR_TIMEOUT)
        module_note_fact(mqtt->modem, FACT_MQTT_OPEN_MS);
    if (end != MQTT_FINE)
        fibocom_tls_note(mqtt->modem, &mqtt->client.failure);
    mqtt_drop(&mqtt->client);
    tell_opened(mqtt, false);
}

static void on_connected(void *ctx, enum mqtt_end end, uint8_t code)
{
    struct fibocom_mqtt *mqtt = ctx;

    if (end == MQTT_NOT_ADMITTED)
        ((struct fibocom *)mqtt->modem->maker)->mqtt_refusals[mqtt->id - 1] = code;
    if (end == MQTT_NOT_ANSWERED)
        module_note_fact(mqtt->modem, FACT_MQTT_REPLY_MS);
    tell_opened(mqtt, end == MQTT_FINE);
}

static void on_answer(void *ctx, const struct mqtt_answer *answer)
{
    const struct fibocom_mqtt *mqtt = ctx;
    bool good = answer->result == MQTT_DONE &&
                (answer->codes.len == 0 || answer->codes.data[0] != MQTT_SUBACK_REFUSED);

    if (answer->result == MQTT_FAILED && mqtt->client.state == MQTT_CONNECTED)
        module_note_fact(mqtt->modem, FACT_MQTT_REPLY_MS);
    tell(mqtt,
         answer->request == MQTT_PUBLISH     ? "+MQTTPUB"
         : answer->request == MQTT_SUBSCRIBE ? "+MQTTSUB"
                                             : "+MQTTUNSUB",
         good ? STATUS_DONE : STATUS_FAILED);
}

/* It is told when the port is quiet; until then the broker keeps the next. */
static bool on_message(void *ctx, const struct mqtt_message *message)
{
    struct fibocom_mqtt *mqtt = ctx;
    size_t len = message->topic.len + message->payload.len + 4;

    if (mqtt->heard.data != NULL || bytes_reserve(&mqtt->heard, len) != ERR_OK)
        return false;
    bytes_add(&mqtt->heard, message->topic, len);
    bytes_add(&mqtt->heard, span_of("\",\""), len);
    bytes_add(&mqtt->heard, message->payload, len);
    bytes_add(&mqtt->heard, span_of("\""), len);
    mqtt->heard_topic = message->topic.len;
    mqtt->heard_payload = message->payload.len;
    mqtt->heard_qos = message->qos;
    mqtt->heard_told = false;
    at_poke(mqtt->owner->at);
    return true;
}

static void on_end(void *ctx, enum mqtt_end end)
{
    struct fibocom_mqtt *mqtt = ctx;

    if (mqtt->task == MQTT_TASK_CLOSE)
        tell(mqtt, "+MQTTCLOSE", STATUS_DONE);
    else if (end != MQTT_LEFT)
        tell_break(mqtt, BREAK_NETWORK);
    mqtt->task = MQTT_TASK_NONE;
}

static const struct mqtt_events events = {
    .on_open = on_open,
    .on_connected = on_connected,
    .on_answer = on_answer,
    .on_message = on_message,
    .on_end = on_end,
};

/* ---- the part ---- */

static void forget_message(struct fibocom_mqtt *mqtt)
{
    bytes_free(&mqtt->heard);
    mqtt->heard_told = false;
    mqtt_resume(&mqtt->client);
}

static void tell_message(struct fibocom_mqtt *mqtt)
{
    if (mqtt->heard.data != NULL)
        at_unsolicited(mqtt->owner->at, bytes_span(&mqtt->heard), "+MQTTMSG: %d,%u,\"",
                       (int)mqtt->id, (unsigned)mqtt->heard_qos);
    forget_message(mqtt);
}

static void tell_of_message(struct fibocom_mqtt *mqtt)
{
    if (mqtt->heard.data == NULL)
        forget_message(mqtt); /* one that there was no memory for comes again */
    if (mqtt->heard.data == NULL || mqtt->heard_told)
        return;
    at_unsolicited(mqtt->owner->at, span_at(NULL, 0), "+MQTTMSGI: %d,%u,%zu,%zu", (int)mqtt->id,
                   (unsigned)mqtt->heard_qos, mqtt->heard_topic, mqtt->heard_payload);
    mqtt->heard_told = true;
}

void fibocom_mqtt_show(struct fibocom_mqtt *mqtt, struct at_session *at)
{
    assert(mqtt->heard_told);
    at_info_data(at, bytes_span(&mqtt->heard), "+MQTTREAD: %d,%u,%zu,%zu,\"", (int)mqtt->id,
                 (unsigned)mqtt->heard_qos, mqtt->heard_topic, mqtt->heard_payload);
    forget_message(mqtt);
}

static void on_quiet(struct module_terminal *terminal, void *state)
{
    struct fibocom_mqtt *mqtt = state;

    if (mqtt->owner != terminal || !at_may_speak_at_length(terminal->at))
        return;
    if (((const struct fibocom *)mqtt->modem->maker)->mqtt_by_length)
        tell_of_message(mqtt);
    else
        tell_message(mqtt);
    if (mqtt->late_break != 0)
        tell_break(mqtt, mqtt->late_break);
    mqtt->late_break = 0;
}

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct fibocom_mqtt *mqtt = state;
    const struct tls_source tls = { fibocom_tls_lend, modem };

    mqtt->modem = modem;
    mqtt->id = (int32_t)unit + 1;
    mqtt->clean = true;
    mqtt_init(&mqtt->client, mqtt->id, &modem->world, &events, mqtt, &tls, LINE_MESSAGE_MAX);
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct fibocom_mqtt *mqtt = state;
    char **const texts[] = { &mqtt->user, &mqtt->password, &mqtt->client_id, &mqtt->will_topic };

    (void)modem;
    mqtt_deinit(&mqtt->client);
    bytes_free(&mqtt->heard);
    bytes_free(&mqtt->entered);
    bytes_free(&mqtt->will_message);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        at_text_set(texts[i], span_at(NULL, 0));
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct fibocom_mqtt *mqtt = state;

    (void)modem;
    return mqtt->client.state == MQTT_CLOSED && !mqtt->named && mqtt->will_topic == NULL &&
           mqtt->collects == MQTT_PROMPT_NONE && mqtt->heard.data == NULL &&
           mqtt->client.flights == NULL && mqtt->client.received == NULL &&
           mqtt_deadline(&mqtt->client) == CLOCK_NEVER;
}

static bool owes(const struct tlsmodem *modem, const void *state)
{
    const struct fibocom_mqtt *mqtt = state;

    (void)modem;
    return mqtt->task != MQTT_TASK_NONE || (mqtt->heard.data != NULL && !mqtt->heard_told);
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return mqtt_deadline(&((const struct fibocom_mqtt *)state)->client);
}

static void tick(struct tlsmodem *modem, void *state)
{
    (void)modem;
    mqtt_tick(&((struct fibocom_mqtt *)state)->client);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct fibocom_mqtt *mqtt = state;

    (void)modem;
    if (cid != CALL_CID || mqtt->client.state == MQTT_CLOSED)
        return;
    mqtt_drop(&mqtt->client);
    if (mqtt->task == MQTT_TASK_OPEN)
        tell_opened(mqtt, false);
    else
        tell_break(mqtt, BREAK_RADIO);
    mqtt->task = MQTT_TASK_NONE;
}

const struct module_part fibocom_mqtt_part = {
    .size = sizeof(struct fibocom_mqtt),
    .units = FIBOCOM_MQTT_CLIENTS,
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .owes = owes,
    .deadline = deadline,
    .tick = tick,
    .on_quiet = on_quiet,
    .on_context_down = on_context_down,
};
