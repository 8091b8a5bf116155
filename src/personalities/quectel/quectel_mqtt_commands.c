/* quectel_mqtt_commands.c: +QMTOPEN, +QMTCONN, +QMTSUB, +QMTUNS, +QMTPUB, +QMTDISC, +QMTCLOSE.
 *
 * OK says that it has begun; the line of the command's name says how it ended.
 * Source: docs/facts/mqtt-mux-ppp.md §2.
 */
#include "personalities/quectel/quectel.h"

#include "base/number.h"

#include <assert.h>
#include <stdio.h>

enum { SECOND_MS = 1000, FILTERS_MAX = 5, QMTPUB_MAX = 1548 };

/* ---- the connection ---- */

static enum at_status refuse_state(struct at_session *at, const struct quectel_mqtt *mqtt)
{
    static const char *const states[] = {
        "closed",          "being opened", "open, without AT+QMTCONN",
        "being connected", "connected",    "being closed"
    };

    return at_refuse_plain(at, "the client is %s",
                           states[mqtt != NULL ? mqtt->client.state : MQTT_CLOSED]);
}

enum { OPEN_CLIENT, OPEN_HOST, OPEN_PORT };

static void say_failed(const struct at_session *at, int32_t index)
{
    at_urc((struct at_session *)at, "+QMTOPEN: %d,-1", (int)index);
}

/* Whoever has the client, it is not opened again. */
static enum at_status refuse_open(struct at_session *at, const struct quectel_mqtt *mqtt)
{
    enum { USED = 2 };

    if (module_fact(module_of(at), FACT_MQTT_OPEN_TWICE) == OPEN_TWICE_IS_ERROR)
        return refuse_state(at, mqtt);
    at_urc(at, "+QMTOPEN: %d,%d", (int)mqtt->index, USED);
    return AT_OK;
}

static enum at_status set_open(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    struct quectel_mqtt *mqtt = quectel_mqtt_of(at, args->list[OPEN_CLIENT].number);
    char host[CONNECTION_HOST_MAX + 1];
    struct mqtt_target target = { .host = host,
                                  .port = (uint16_t)args->list[OPEN_PORT].number,
                                  .step_timeout_ms = module_fact_peek(modem, FACT_OPEN_LIMIT_MS),
                                  .total_timeout_ms = module_fact_peek(modem, FACT_OPEN_LIMIT_MS) };
    enum err err;

    if (mqtt == NULL)
        return at_refuse_memory(at, FACT_PLAIN_ERROR);
    if (mqtt->client.state != MQTT_CLOSED)
        return refuse_open(at, mqtt);
    if (!quectel_bearer_need(modem))
        return quectel_refuse_bearer(at, FACT_PLAIN_ERROR);
    snprintf(host, sizeof(host), "%.*s", (int)args->list[OPEN_HOST].text.len,
             (const char *)args->list[OPEN_HOST].text.data);
    mqtt->owner = terminal_of(at);
    mqtt->cid = quectel_bearer_cid(quectel_bearer_foreground(modem));
    target.secure = mqtt->settings.secure != 0;
    err = mqtt_open(&mqtt->client, &target);
    if (err == ERR_NO_MEMORY)
        return at_refuse_memory(at, FACT_PLAIN_ERROR);
    if (err == ERR_STATE)
        return refuse_state(at, mqtt);
    if (err != ERR_OK)
        say_failed(at, mqtt->index);
    return AT_OK;
}

static enum at_status read_open(struct at_session *at)
{
    for (int32_t i = 0; i < QUECTEL_MQTT_CLIENTS; i++) {
        const struct quectel_mqtt *mqtt = quectel_mqtt_look(at, i);

        if (mqtt != NULL && mqtt->client.state >= MQTT_OPEN)
            at_info(at, "+QMTOPEN: %d,\"%s\",%u", (int)i, mqtt->client.connection.host,
                    (unsigned)mqtt->client.connection.port);
    }
    return AT_OK;
}

/* The client of a command that needs it connected; NULL: the error is noted. */
static struct quectel_mqtt *connected(struct at_session *at, int32_t index)
{
    const struct quectel_mqtt *mqtt = quectel_mqtt_look(at, index);

    if (mqtt == NULL || mqtt->client.state != MQTT_CONNECTED) {
        refuse_state(at, mqtt);
        return NULL;
    }
    return quectel_mqtt_of(at, index);
}

static enum at_status set_close(struct at_session *at, const struct at_args *args)
{
    const struct quectel_mqtt *mqtt = quectel_mqtt_look(at, args->list[0].number);

    if (mqtt == NULL || mqtt->client.state == MQTT_CLOSED)
        return refuse_state(at, mqtt);
    mqtt_drop(&quectel_mqtt_of(at, mqtt->index)->client);
    at_urc(at, "+QMTCLOSE: %d,0", (int)mqtt->index);
    return AT_OK;
}

static enum at_status set_disconnect(struct at_session *at, const struct at_args *args)
{
    struct quectel_mqtt *mqtt = connected(at, args->list[0].number);

    if (mqtt == NULL)
        return AT_FAIL;
    return mqtt_leave(&mqtt->client) == ERR_OK ? AT_OK : refuse_state(at, mqtt);
}

/* ---- the login ---- */

enum { LOGIN_CLIENT, LOGIN_ID, LOGIN_USER, LOGIN_PASSWORD };

static enum at_status set_connect(struct at_session *at, const struct at_args *args)
{
    const struct at_arg *list = args->list;
    const struct quectel_mqtt *seen = quectel_mqtt_look(at, list[LOGIN_CLIENT].number);
    const struct quectel_mqtt_settings *settings;
    struct quectel_mqtt_cloud_login cloud;
    struct mqtt_login login = { .client_id = list[LOGIN_ID].text,
                                .has_user = list[LOGIN_USER].given,
                                .has_password = list[LOGIN_PASSWORD].given,
                                .user = list[LOGIN_USER].text,
                                .password = list[LOGIN_PASSWORD].text };

    if (seen == NULL || seen->client.state != MQTT_OPEN)
        return refuse_state(at, seen);
    settings = &seen->settings;
    quectel_mqtt_note(seen, MQTT_SETTING_VERSION, FACT_MQTT_VERSION_PRESET);
    quectel_mqtt_note(seen, MQTT_SETTING_KEEP_ALIVE, FACT_MQTT_KEEP_ALIVE_PRESET_S);
    if (quectel_mqtt_has_cloud(seen) && !login.has_user) {
        quectel_mqtt_sign(seen, login.client_id, &cloud);
        login.client_id = span_of(cloud.client_id);
        login.has_user = login.has_password = true;
        login.user = span_of(cloud.user);
        login.password = span_of(cloud.password);
    }
    login.level = (uint8_t)settings->version;
    login.clean = settings->clean != 0;
    login.keep_alive_s = (uint16_t)settings->keep_alive_s;
    login.has_will = settings->will != 0;
    login.will = (struct mqtt_message){ .topic = span_of(settings->will_topic),
                                        .payload = span_of(settings->will_message),
                                        .qos = (uint8_t)settings->will_qos,
                                        .retain = settings->will_retain != 0 };
    switch (mqtt_connect(&quectel_mqtt_of(at, seen->index)->client, &login,
                         &(struct mqtt_terms){ .reply_ms = (int64_t)settings->reply_s * SECOND_MS,
                                               .retries = (unsigned)settings->retries })) {
    case ERR_OK:
        return AT_OK;
    case ERR_NO_MEMORY:
        return at_refuse_memory(at, FACT_PLAIN_ERROR);
    case ERR_INVALID:
        return at_refuse_plain(at, "a password needs a user, a will a topic without wildcards");
    default:
        return refuse_state(at, seen);
    }
}

/* 1 being initialized, 2 connecting, 3 connected, 4 disconnecting. */
static enum at_status read_connect(struct at_session *at)
{
    for (int32_t i = 0; i < QUECTEL_MQTT_CLIENTS; i++) {
        const struct quectel_mqtt *mqtt = quectel_mqtt_look(at, i);

        if (mqtt != NULL && mqtt->client.state >= MQTT_OPEN)
            at_info(at, "+QMTCONN: %d,%d", (int)i, (int)mqtt->client.state - MQTT_OPEN + 1);
    }
    return AT_OK;
}

/* ---- requests ---- */

static enum at_status answer_request(struct at_session *at, enum err err)
{
    switch (err) {
    case ERR_OK:
        return AT_OK;
    case ERR_BUSY:
        return at_refuse_plain(at, "<msgid> is that of a request that is not acknowledged yet");
    case ERR_FULL:
        return at_refuse_plain(at, "%d requests are not acknowledged yet", MQTT_FLIGHTS_MAX);
    case ERR_INVALID:
        return at_refuse_plain(at, "MQTT has no such topic or number");
    case ERR_NO_MEMORY:
        return at_refuse_memory(at, FACT_PLAIN_ERROR);
    default:
        return at_refuse_plain(at, "the client is not connected any more");
    }
}

enum { REQUEST_CLIENT, REQUEST_ID, REQUEST_FILTERS };

static enum at_status filter(struct at_session *at, const struct at_args *args, enum mqtt_type type)
{
    struct mqtt_filter filters[FILTERS_MAX];
    struct quectel_mqtt *mqtt = connected(at, args->list[REQUEST_CLIENT].number);
    size_t step = type == MQTT_SUBSCRIBE ? 2 : 1;
    size_t count = 0;

    if (mqtt == NULL)
        return AT_FAIL;
    for (size_t i = REQUEST_FILTERS; i < args->count; i += step) {
        int32_t qos = 0;

        if (step == 2 && (!number_parse(args->list[i + 1].text, &qos) || qos > MQTT_QOS_MAX))
            return at_refuse_plain(at, "<qos> of topic %zu is no number of 0 to 2", count + 1);
        assert(count < FILTERS_MAX);
        filters[count++] = (struct mqtt_filter){ args->list[i].text, (uint8_t)qos };
    }
    return answer_request(at,
                          mqtt_filter(&mqtt->client, type, (uint16_t)args->list[REQUEST_ID].number,
                                      filters, count, NULL));
}

static enum at_status set_subscribe(struct at_session *at, const struct at_args *args)
{
    return filter(at, args, MQTT_SUBSCRIBE);
}

static enum at_status set_unsubscribe(struct at_session *at, const struct at_args *args)
{
    return filter(at, args, MQTT_UNSUBSCRIBE);
}

static enum at_status on_entered(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    struct quectel_mqtt *mqtt = ctx;
    enum err err;

    mqtt->collects = false;
    mqtt->sending.topic = span_of(mqtt->topic);
    mqtt->sending.payload = payload;
    err = end == AT_PROMPT_COMPLETE ? mqtt_publish(&mqtt->client, &mqtt->sending, NULL) : ERR_OK;
    bytes_free(&mqtt->entered);
    return end == AT_PROMPT_COMPLETE ? answer_request(at, err)
                                     : at_refuse_prompt(at, FACT_PLAIN_ERROR, end, payload.len);
}

enum { PUB_CLIENT, PUB_ID, PUB_QOS, PUB_RETAIN, PUB_TOPIC, PUB_LENGTH };

static enum at_status set_publish(struct at_session *at, const struct at_args *args)
{
    const struct at_arg *list = args->list;
    struct quectel_mqtt *mqtt = connected(at, list[PUB_CLIENT].number);
    struct at_prompt prompt = { .max = list[PUB_LENGTH].given ? (size_t)list[PUB_LENGTH].number
                                                              : QMTPUB_MAX,
                                .exact = list[PUB_LENGTH].given,
                                .drop = !list[PUB_LENGTH].given,
                                .instead = "a length behind the topic",
                                .on_done = on_entered,
                                .ctx = mqtt };

    if (mqtt == NULL)
        return AT_FAIL;
    if ((list[PUB_QOS].number == 0) != (list[PUB_ID].number == 0))
        return at_refuse_plain(at, "<msgid> is 0 with <qos> 0, and only then");
    if (!mqtt_is_topic(list[PUB_TOPIC].text))
        return at_refuse_plain(at, "<topic> has a + or #, which are for subscriptions");
    if (mqtt->collects)
        return at_refuse_plain(at, "a message is being entered on another port");
    mqtt->sending = (struct mqtt_message){ .id = (uint16_t)list[PUB_ID].number,
                                           .qos = (uint8_t)list[PUB_QOS].number,
                                           .retain = list[PUB_RETAIN].number != 0 };
    snprintf(mqtt->topic, sizeof(mqtt->topic), "%.*s", (int)list[PUB_TOPIC].text.len,
             (const char *)list[PUB_TOPIC].text.data);
    if (bytes_reserve(&mqtt->entered, prompt.max) != ERR_OK)
        return at_refuse_memory(at, FACT_PLAIN_ERROR);
    prompt.memory = mqtt->entered.data;
    if (at_prompt(at, &prompt) != AT_LATER) {
        bytes_free(&mqtt->entered);
        return AT_FAIL;
    }
    mqtt->collects = true;
    return AT_LATER;
}

#define CLIENT                                                                                     \
    {                                                                                              \
        .name = "tcpconnectID", .max = QUECTEL_MQTT_CLIENTS - 1                                    \
    }
#define TEXT(text, least, most)                                                                    \
    {                                                                                              \
        .name = (text), .type = AT_STRING, .values = "<" text ">", .min = (least), .max = (most)   \
    }
#define OPTIONAL(text, most)                                                                       \
    {                                                                                              \
        .name = (text), .type = AT_STRING, .values = "<" text ">", .optional = true, .max = (most) \
    }
#define TOPIC         TEXT("topic", 1, QUECTEL_MQTT_TOPIC_MAX)
#define ANOTHER_TOPIC OPTIONAL("topic", QUECTEL_MQTT_TOPIC_MAX)
#define FIRST_QOS                                                                                  \
    {                                                                                              \
        .name = "qos", .type = AT_STRING, .values = "(0-2)", .max = 1                              \
    }
#define QOS                                                                                        \
    {                                                                                              \
        .name = "qos", .type = AT_STRING, .values = "(0-2)", .optional = true, .max = 1            \
    }
#define MESSAGE_ID                                                                                 \
    {                                                                                              \
        .name = "msgid", .min = 1, .max = UINT16_MAX                                               \
    }

static const struct at_param open_params[] = {
    CLIENT,
    TEXT("host_name", 1, 100),
    { .name = "port", .min = 1, .max = UINT16_MAX },
};
static const struct at_param connect_params[] = {
    CLIENT,
    TEXT("clientID", 0, QUECTEL_MQTT_TEXT_MAX),
    OPTIONAL("username", QUECTEL_MQTT_TEXT_MAX),
    { .name = "password",
      .type = AT_STRING,
      .values = "<password>",
      .optional = true,
      .secret = true,
      .max = QUECTEL_MQTT_TEXT_MAX },
};
static const struct at_param client_params[] = { CLIENT };
static const struct at_param subscribe_params[] = {
    CLIENT,        MESSAGE_ID, TOPIC,         FIRST_QOS, ANOTHER_TOPIC, QOS,
    ANOTHER_TOPIC, QOS,        ANOTHER_TOPIC, QOS,       ANOTHER_TOPIC, QOS,
};
static const struct at_param unsubscribe_params[] = { CLIENT,        MESSAGE_ID,    TOPIC,
                                                      ANOTHER_TOPIC, ANOTHER_TOPIC, ANOTHER_TOPIC,
                                                      ANOTHER_TOPIC };
static const struct at_param publish_params[] = {
    CLIENT,
    { .name = "msgid", .max = UINT16_MAX },
    { .name = "qos", .max = MQTT_QOS_MAX },
    { .name = "retain", .max = 1 },
    TOPIC,
    { .name = "length", .optional = true, .min = 1, .max = QMTPUB_MAX },
};

#define ROW(text, say, list)                                                                       \
    .name = (text), .help = (say), .source = "docs/facts/mqtt-mux-ppp.md §2", .plain_error = true, \
    AT_PARAMS(list)

static const struct at_command rows[] = {
    { ROW("+QMTOPEN", "Connects to an MQTT broker; +QMTOPEN: says how it went.", open_params),
      .set = set_open, .read = read_open },
    { ROW("+QMTCLOSE", "Closes that connection at once.", client_params), .set = set_close },
    { ROW("+QMTCONN", "Logs in at the broker; +QMTCONN: says how it went.", connect_params),
      .set = set_connect, .read = read_connect },
    { ROW("+QMTDISC", "Leaves the broker and closes the connection.", client_params),
      .set = set_disconnect },
    { ROW("+QMTSUB", "Subscribes to up to five topics.", subscribe_params), .set = set_subscribe },
    { ROW("+QMTUNS", "Ends subscriptions.", unsubscribe_params), .set = set_unsubscribe },
    { ROW("+QMTPUB", "Sends a message, ended by Ctrl-Z or of a length.", publish_params),
      .set = set_publish },
};
const struct at_commands quectel_mqtt_rows = AT_COMMANDS(rows);
