/* quectel_mqtt_part.c: what comes of an MQTT client: results, messages and the end, as lines that a
 * port hears on its own.
 *
 * Source: docs/facts/mqtt-mux-ppp.md §2.
 */
#include "personalities/quectel/quectel.h"

#include "base/text.h"
#include "base/wipe.h"

#include <stdio.h>

/* <err_code> of +QMTSTAT, <result> of +QMTOPEN and of the others. */
enum { STAT_CLOSED = 1, STAT_NO_PONG, STAT_NOT_CONNECTED, STAT_NO_CONNACK };
enum { OPEN_FAILED = -1, OPEN_DONE = 0, OPEN_DNS = 4 };
enum { RESULT_DONE, RESULT_RESENT, RESULT_FAILED };

/* What a line may have of a message: the head and its quotes come to it. */
enum { LINE_MESSAGE_MAX = 1600 };

struct quectel_mqtt *quectel_mqtt_of(const struct at_session *at, int32_t index)
{
    return module_part(module_of(at), &quectel_mqtt_part, (size_t)index);
}

const struct quectel_mqtt *quectel_mqtt_look(const struct at_session *at, int32_t index)
{
    return module_part_if(module_of(at), &quectel_mqtt_part, (size_t)index);
}

void quectel_mqtt_note(const struct quectel_mqtt *mqtt, enum quectel_mqtt_setting setting,
                       enum quectel_fact fact)
{
    if ((mqtt->set >> setting & 1) == 0)
        module_note_fact(mqtt->modem, fact);
}

/* ---- what the client tells ---- */

static void on_open(void *ctx, enum mqtt_end end)
{
    struct quectel_mqtt *mqtt = ctx;
    int result = OPEN_DONE;

    if (end != MQTT_FINE)
        result = mqtt->client.failure.during == CONNECTION_RESOLVING ? OPEN_DNS : OPEN_FAILED;
    if (end != MQTT_FINE && mqtt->client.failure.err == ERR_TIMEOUT)
        module_note_fact(mqtt->modem, FACT_OPEN_LIMIT_MS);
    at_urc(mqtt->owner->at, "+QMTOPEN: %d,%d", (int)mqtt->index, result);
}

/* A message that came before comes first. */
static void tell_state(struct quectel_mqtt *mqtt, int code)
{
    if (mqtt->heard.data != NULL)
        mqtt->late_stat = code;
    else
        at_urc(mqtt->owner->at, "+QMTSTAT: %d,%d", (int)mqtt->index, code);
}

static int stat_of(enum mqtt_end end)
{
    switch (end) {
    case MQTT_NO_PONG:
        return STAT_NO_PONG;
    case MQTT_NOT_ANSWERED:
        return STAT_NO_CONNACK;
    case MQTT_NOT_ADMITTED:
        return STAT_NOT_CONNECTED;
    default:
        return STAT_CLOSED;
    }
}

static void on_connected(void *ctx, enum mqtt_end end, uint8_t code)
{
    struct quectel_mqtt *mqtt = ctx;

    if (end == MQTT_NOT_ANSWERED)
        quectel_mqtt_note(mqtt, MQTT_SETTING_TIMEOUT, FACT_MQTT_REPLY_PRESET_S);
    if (end == MQTT_FINE || end == MQTT_NOT_ADMITTED)
        at_urc(mqtt->owner->at, "+QMTCONN: %d,%d,%u", (int)mqtt->index, RESULT_DONE,
               (unsigned)code);
    else
        at_urc(mqtt->owner->at, "+QMTCONN: %d,%d", (int)mqtt->index, RESULT_FAILED);
    if (end != MQTT_FINE)
        tell_state(mqtt, stat_of(end));
}

static void on_answer(void *ctx, const struct mqtt_answer *answer)
{
    static const int results[] = {
        [MQTT_DONE] = RESULT_DONE, [MQTT_RESENT] = RESULT_RESENT, [MQTT_FAILED] = RESULT_FAILED
    };
    const struct quectel_mqtt *mqtt = ctx;
    const char *name = answer->request == MQTT_PUBLISH     ? "+QMTPUB"
                       : answer->request == MQTT_SUBSCRIBE ? "+QMTSUB"
                                                           : "+QMTUNS";
    char line[80];
    struct text text;

    if (answer->result != MQTT_DONE)
        quectel_mqtt_note(mqtt, MQTT_SETTING_TIMEOUT, FACT_MQTT_REPLY_PRESET_S);
    if (answer->result == MQTT_FAILED && mqtt->client.state == MQTT_CONNECTED)
        quectel_mqtt_note(mqtt, MQTT_SETTING_TIMEOUT, FACT_MQTT_RETRIES_PRESET);
    if (answer->result == MQTT_RESENT && mqtt->settings.notice == 0)
        return;
    text_init(&text, line, sizeof(line));
    text_add(&text, "%s: %d,%u,%d", name, (int)mqtt->index, (unsigned)answer->id,
             results[answer->result]);
    for (size_t i = 0; i < answer->codes.len; i++)
        text_add(&text, ",%u", (unsigned)answer->codes.data[i]);
    at_urc(mqtt->owner->at, "%s", line);
}

/* What stands between topic and payload in its line. */
static size_t middle_of(const struct quectel_mqtt *mqtt, size_t payload, char text[24])
{
    return (size_t)(mqtt->settings.show_length != 0 ? snprintf(text, 24, "\",%zu,\"", payload)
                                                    : snprintf(text, 24, "\",\""));
}

/* It is told when the port is quiet; until then the broker keeps the next. */
static bool on_message(void *ctx, const struct mqtt_message *message)
{
    struct quectel_mqtt *mqtt = ctx;
    char middle[24];
    size_t middle_len = middle_of(mqtt, message->payload.len, middle);
    size_t len = message->topic.len + middle_len + message->payload.len + 1;

    if (mqtt->heard.data != NULL || bytes_reserve(&mqtt->heard, len) != ERR_OK)
        return false;
    bytes_add(&mqtt->heard, message->topic, len);
    bytes_add(&mqtt->heard, span_at(middle, middle_len), len);
    bytes_add(&mqtt->heard, message->payload, len);
    bytes_add(&mqtt->heard, span_of("\""), len);
    mqtt->heard_id = message->id;
    at_poke(mqtt->owner->at);
    return true;
}

static void on_end(void *ctx, enum mqtt_end end)
{
    struct quectel_mqtt *mqtt = ctx;

    if (end == MQTT_LEFT)
        at_urc(mqtt->owner->at, "+QMTDISC: %d,0", (int)mqtt->index);
    else
        tell_state(mqtt, stat_of(end));
}

static const struct mqtt_events events = {
    .on_open = on_open,
    .on_connected = on_connected,
    .on_answer = on_answer,
    .on_message = on_message,
    .on_end = on_end,
};

static enum err lend_tls(void *ctx, enum err (*use)(void *use_ctx, const struct tls_config *tls),
                         void *use_ctx)
{
    struct quectel_mqtt *mqtt = ctx;
    struct quectel_ssl_context *context =
        quectel_ssl_context(mqtt->modem, mqtt->settings.ssl_context);
    struct tls_source source;

    if (context == NULL)
        return ERR_NO_MEMORY;
    source = quectel_ssl_source(context);
    return source.lend(source.ctx, use, use_ctx);
}

/* ---- the part ---- */

static void on_quiet(struct module_terminal *terminal, void *state)
{
    struct quectel_mqtt *mqtt = state;

    if (mqtt->owner != terminal || !at_may_speak_at_length(terminal->at))
        return;
    if (mqtt->heard.data != NULL)
        at_unsolicited(terminal->at, bytes_span(&mqtt->heard), "+QMTRECV: %d,%u,\"",
                       (int)mqtt->index, (unsigned)mqtt->heard_id);
    bytes_free(&mqtt->heard);
    if (mqtt->late_stat != 0)
        tell_state(mqtt, mqtt->late_stat);
    mqtt->late_stat = 0;
    mqtt_resume(&mqtt->client);
}

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct quectel_mqtt *mqtt = state;
    const struct tls_source tls = { lend_tls, mqtt };

    mqtt->modem = modem;
    mqtt->index = (int32_t)unit;
    mqtt->settings = (struct quectel_mqtt_settings){
        .version = module_fact_peek(modem, FACT_MQTT_VERSION_PRESET),
        .keep_alive_s = module_fact_peek(modem, FACT_MQTT_KEEP_ALIVE_PRESET_S),
        .clean = 1,
        .reply_s = module_fact_peek(modem, FACT_MQTT_REPLY_PRESET_S),
        .retries = module_fact_peek(modem, FACT_MQTT_RETRIES_PRESET),
    };
    mqtt_init(&mqtt->client, (int)unit, &modem->world, &events, mqtt, &tls, LINE_MESSAGE_MAX);
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct quectel_mqtt *mqtt = state;
    char **const texts[] = { &mqtt->cloud_product, &mqtt->cloud_device, &mqtt->cloud_secret };

    (void)modem;
    mqtt_deinit(&mqtt->client);
    bytes_free(&mqtt->heard);
    bytes_free(&mqtt->entered);
    wipe(&mqtt->settings, sizeof(mqtt->settings));
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        at_text_set(texts[i], span_at(NULL, 0));
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_mqtt *mqtt = state;

    (void)modem;
    return mqtt->client.state == MQTT_CLOSED && mqtt->set == 0 && !mqtt->collects &&
           mqtt->heard.data == NULL && mqtt->client.flights == NULL &&
           mqtt->client.received == NULL && mqtt_deadline(&mqtt->client) == CLOCK_NEVER;
}

static bool owes(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_mqtt *mqtt = state;

    (void)modem;
    return mqtt->client.state == MQTT_OPENING || mqtt->client.state == MQTT_CONNECTING ||
           mqtt->client.state == MQTT_LEAVING || mqtt->heard.data != NULL;
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return mqtt_deadline(&((const struct quectel_mqtt *)state)->client);
}

static void tick(struct tlsmodem *modem, void *state)
{
    (void)modem;
    mqtt_tick(&((struct quectel_mqtt *)state)->client);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct quectel_mqtt *mqtt = state;
    enum mqtt_state before = mqtt->client.state;

    (void)modem;
    if (cid != mqtt->cid || before == MQTT_CLOSED)
        return;
    mqtt_drop(&mqtt->client);
    if (before == MQTT_OPENING)
        at_urc(mqtt->owner->at, "+QMTOPEN: %d,%d", (int)mqtt->index, OPEN_FAILED);
    else
        tell_state(mqtt, STAT_CLOSED);
}

const struct module_part quectel_mqtt_part = {
    .size = sizeof(struct quectel_mqtt),
    .units = QUECTEL_MQTT_CLIENTS,
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .owes = owes,
    .deadline = deadline,
    .tick = tick,
    .on_quiet = on_quiet,
    .on_context_down = on_context_down,
};
