/* fibocom_mqtt_commands.c: +MQTTUSER, +MQTTWILL, +MQTTOPEN, +MQTTSUB, +MQTTUNSUB, +MQTTPUB,
 * +MQTTCLOSE, +MQTTCONF, +MQTTREAD.
 *
 * OK says that it has begun; the line of the command's name says how it ended.
 * Source: docs/facts/mqtt-mux-ppp.md §1.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/number.h"

#include <stdio.h>

enum { CLIENT_ID };

/* ---- who ---- */

enum { USER_NAME = 1, USER_PASSWORD, USER_CLIENT };

static bool keep(char **to, const struct at_arg *arg)
{
    return at_text_set(to, arg->text);
}

static enum at_status set_user(struct at_session *at, const struct at_args *args)
{
    struct fibocom_mqtt *mqtt = fibocom_mqtt_of(at, args->list[CLIENT_ID].number);

    if (mqtt == NULL || !keep(&mqtt->user, &args->list[USER_NAME]) ||
        !keep(&mqtt->password, &args->list[USER_PASSWORD]) ||
        !keep(&mqtt->client_id, &args->list[USER_CLIENT]))
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    mqtt->named = true;
    return AT_OK;
}

/* A password is not read back. */
static enum at_status read_user(struct at_session *at)
{
    for (int32_t id = 1; id <= FIBOCOM_MQTT_CLIENTS; id++) {
        const struct fibocom_mqtt *mqtt = fibocom_mqtt_look(at, id);

        if (mqtt != NULL && mqtt->named)
            at_info(at, "+MQTTUSER: %d,\"%s\",\"***\",\"%s\"", (int)id, at_text(mqtt->user),
                    at_text(mqtt->client_id));
    }
    return AT_OK;
}

/* ---- the connection ---- */

enum { OPEN_SERVER = 1, OPEN_SERVER_PORT, OPEN_CLEAN, OPEN_KEEP_ALIVE, OPEN_TLS };

static enum at_status begin_open(struct at_session *at, struct fibocom_mqtt *mqtt,
                                 const struct at_args *args)
{
    int64_t limit_ms = module_fact_peek(module_of(at), FACT_MQTT_OPEN_MS);
    char host[CONNECTION_HOST_MAX + 1];
    const struct mqtt_target target = {
        .host = host,
        .port = (uint16_t)args->list[OPEN_SERVER_PORT].number,
        .secure = args->list[OPEN_TLS].given && args->list[OPEN_TLS].number != 0,
        .step_timeout_ms = limit_ms,
        .total_timeout_ms = limit_ms,
    };
    enum err err;

    snprintf(host, sizeof(host), "%.*s", (int)args->list[OPEN_SERVER].text.len,
             (const char *)args->list[OPEN_SERVER].text.data);
    mqtt->owner = terminal_of(at);
    mqtt->clean = args->list[OPEN_CLEAN].number != 0;
    mqtt->keep_alive_s = (uint16_t)args->list[OPEN_KEEP_ALIVE].number;
    fibocom_of(at)->mqtt_refusals[mqtt->id - 1] = 0;
    err = mqtt_open(&mqtt->client, &target);
    if (err == ERR_NO_MEMORY)
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    if (err == ERR_STATE)
        return at_refuse(at, FACT_ERROR_STATE, "the end of the connection before is not told yet");
    if (err != ERR_OK)
        at_urc(at, "+MQTTOPEN: %d,0", (int)mqtt->id);
    else
        mqtt->task = MQTT_TASK_OPEN;
    return AT_OK;
}

static enum at_status set_open(struct at_session *at, const struct at_args *args)
{
    struct fibocom_mqtt *mqtt = fibocom_mqtt_of(at, args->list[CLIENT_ID].number);

    if (mqtt == NULL)
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    if (mqtt->client.state != MQTT_CLOSED)
        return at_refuse(at, FACT_ERROR_STATE, "client %d is open; AT+MQTTCLOSE=%d first",
                         (int)mqtt->id, (int)mqtt->id);
    if (!fibocom_context(module_of(at))->active)
        return fibocom_refuse_offline(at);
    return begin_open(at, mqtt, args);
}

static bool is_connected(const struct fibocom_mqtt *mqtt)
{
    return mqtt != NULL && mqtt->client.state == MQTT_CONNECTED;
}

static enum at_status read_open(struct at_session *at)
{
    bool any = false;

    for (int32_t id = 1; id <= FIBOCOM_MQTT_CLIENTS; id++) {
        if (!is_connected(fibocom_mqtt_look(at, id)))
            continue;
        at_info(at, "+MQTTOPEN: %d", (int)id);
        any = true;
    }
    if (!any)
        at_info(at, "+MQTTOPEN: 0");
    return AT_OK;
}

/* Of a client that is not connected.  Where the broker did not want it, the number says why. */
static enum at_status refuse_closed(struct at_session *at, int32_t id)
{
    uint8_t refusal = fibocom_of(at)->mqtt_refusals[id - 1];

    if (refusal < MQTT_REFUSES_VERSION || refusal > MQTT_REFUSES_RIGHTS ||
        !module_fact_is(module_of(at), FACT_MQTT_REFUSAL_IS_TOLD))
        return at_refuse(at, FACT_ERROR_STATE, "client %d is not connected; AT+MQTTOPEN first",
                         (int)id);
    return at_refuse(at, FIBOCOM_MQTT_VERSION + refusal - MQTT_REFUSES_VERSION,
                     "the broker has refused the login of client %d: %s; AT+MQTTOPEN again",
                     (int)id, mqtt_refusal_text(refusal));
}

/* A client that is open; NULL: the error is noted. */
static struct fibocom_mqtt *connected(struct at_session *at, int32_t id)
{
    if (is_connected(fibocom_mqtt_look(at, id)))
        return fibocom_mqtt_of(at, id);
    refuse_closed(at, id);
    return NULL;
}

static enum at_status set_close(struct at_session *at, const struct at_args *args)
{
    struct fibocom_mqtt *mqtt = connected(at, args->list[CLIENT_ID].number);

    if (mqtt == NULL)
        return AT_FAIL;
    if (mqtt_leave(&mqtt->client) != ERR_OK)
        return at_refuse(at, FACT_ERROR_STATE, "client %d is being closed", (int)mqtt->id);
    mqtt->task = MQTT_TASK_CLOSE;
    return AT_OK;
}

/* ---- requests ---- */

static enum at_status answer_request(struct at_session *at, enum err err)
{
    switch (err) {
    case ERR_OK:
        return AT_OK;
    case ERR_NO_MEMORY:
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    case ERR_FULL:
        return at_refuse(at, FACT_ERROR_STATE, "%d requests are not acknowledged yet",
                         MQTT_FLIGHTS_MAX);
    case ERR_INVALID:
        return at_refuse(at, FIBOCOM_BAD_PARAMETERS, "MQTT has no such topic");
    default:
        return at_refuse(at, FACT_ERROR_STATE, "the client is not connected any more");
    }
}

enum { FILTER_TOPIC = 1, FILTER_QOS };

static enum at_status filter(struct at_session *at, const struct at_args *args, enum mqtt_type type)
{
    const struct mqtt_filter one = { args->list[FILTER_TOPIC].text,
                                     (uint8_t)args->list[FILTER_QOS].number };
    struct fibocom_mqtt *mqtt = connected(at, args->list[CLIENT_ID].number);

    if (mqtt == NULL)
        return AT_FAIL;
    return answer_request(at, mqtt_filter(&mqtt->client, type, 0, &one, 1, NULL));
}

static enum at_status set_subscribe(struct at_session *at, const struct at_args *args)
{
    return filter(at, args, MQTT_SUBSCRIBE);
}

static enum at_status set_unsubscribe(struct at_session *at, const struct at_args *args)
{
    return filter(at, args, MQTT_UNSUBSCRIBE);
}

/* ---- messages and last words: in quotes, or of a length ---- */

/* What stands where a text or its length may. */
struct content {
    bool quoted;
    struct span text; /* quoted: the bytes */
    size_t length;    /* else how many follow */
};

/* Quotes come as \" within the quotes. */
static struct span unescaped(struct span text, uint8_t bytes[FIBOCOM_MQTT_PAYLOAD_MAX])
{
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\\' && i + 1 < text.len && text.data[i + 1] == '"')
            i++;
        bytes[len++] = text.data[i];
    }
    return span_at(bytes, len);
}

static enum at_status understand(struct at_session *at, const struct at_arg *arg,
                                 uint8_t bytes[FIBOCOM_MQTT_PAYLOAD_MAX],
                                 struct content *ret_content)
{
    int32_t length = 0;

    if (!arg->quoted &&
        (!number_parse(arg->text, &length) || length < 1 || length > FIBOCOM_MQTT_PAYLOAD_MAX))
        return at_refuse(at, FIBOCOM_BAD_PARAMETERS,
                         "<message> is neither in quotes nor a length of 1 to %d",
                         FIBOCOM_MQTT_PAYLOAD_MAX);
    *ret_content = (struct content){ .quoted = arg->quoted, .length = (size_t)length };
    if (arg->quoted)
        ret_content->text = unescaped(arg->text, bytes);
    return AT_OK;
}

static enum at_status keep_will(struct at_session *at, struct fibocom_mqtt *mqtt,
                                const struct mqtt_message *will)
{
    if (!at_text_set(&mqtt->will_topic, will->topic) ||
        bytes_copy(&mqtt->will_message, will->payload) != ERR_OK)
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    mqtt->will_qos = will->qos;
    mqtt->will_retain = will->retain;
    return AT_OK;
}

static enum at_status use_entered(struct at_session *at, struct fibocom_mqtt *mqtt,
                                  enum fibocom_mqtt_prompt what, struct span entered)
{
    mqtt->sending.topic = span_of(mqtt->topic);
    mqtt->sending.payload = entered;
    if (what == MQTT_PROMPT_WILL)
        return keep_will(at, mqtt, &mqtt->sending);
    return answer_request(at, mqtt_publish(&mqtt->client, &mqtt->sending, NULL));
}

static enum at_status on_entered(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span entered)
{
    struct fibocom_mqtt *mqtt = ctx;
    enum fibocom_mqtt_prompt what = mqtt->collects;
    enum at_status status;

    mqtt->collects = MQTT_PROMPT_NONE;
    status = end == AT_PROMPT_COMPLETE ? use_entered(at, mqtt, what, entered)
                                       : at_refuse_prompt(at, FACT_PLAIN_ERROR, end, entered.len);
    bytes_free(&mqtt->entered);
    return status;
}

static enum at_status enter(struct at_session *at, struct fibocom_mqtt *mqtt,
                            enum fibocom_mqtt_prompt what, const struct mqtt_message *message,
                            size_t length)
{
    struct at_prompt prompt = {
        .max = length, .exact = true, .echo = AT_ECHO_OFF, .on_done = on_entered, .ctx = mqtt
    };

    if (mqtt->collects != MQTT_PROMPT_NONE)
        return at_refuse(at, FACT_ERROR_STATE, "a message is being entered on another port");
    if (bytes_reserve(&mqtt->entered, length) != ERR_OK)
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    mqtt->sending = *message;
    snprintf(mqtt->topic, sizeof(mqtt->topic), "%.*s", (int)message->topic.len,
             (const char *)message->topic.data);
    prompt.memory = mqtt->entered.data;
    if (at_prompt(at, &prompt) != AT_LATER) {
        bytes_free(&mqtt->entered);
        return AT_FAIL;
    }
    mqtt->collects = what;
    return AT_LATER;
}

enum { PUB_TOPIC = 1, PUB_QOS, PUB_RETAIN, PUB_PAYLOAD };

/* A message, or a will, by its parameters; `bytes` is for what is in quotes.  A host that gets a
 * prompt must send, so what cannot be is refused here. */
static enum at_status read_message(struct at_session *at, const struct at_args *args,
                                   uint8_t *bytes, struct mqtt_message *ret_message,
                                   struct content *ret_content)
{
    const struct at_arg *list = args->list;

    if (!mqtt_is_topic(list[PUB_TOPIC].text))
        return at_refuse(at, FIBOCOM_BAD_PARAMETERS,
                         "<topic> has a + or #, which are for subscriptions");
    if (understand(at, &list[PUB_PAYLOAD], bytes, ret_content) != AT_OK)
        return AT_FAIL;
    *ret_message = (struct mqtt_message){ .topic = list[PUB_TOPIC].text,
                                          .payload = ret_content->text,
                                          .qos = (uint8_t)list[PUB_QOS].number,
                                          .retain = list[PUB_RETAIN].number != 0 };
    return AT_OK;
}

static enum at_status set_publish(struct at_session *at, const struct at_args *args)
{
    struct fibocom_mqtt *mqtt = connected(at, args->list[CLIENT_ID].number);
    uint8_t bytes[FIBOCOM_MQTT_PAYLOAD_MAX];
    struct mqtt_message message;
    struct content content;

    if (mqtt == NULL || read_message(at, args, bytes, &message, &content) != AT_OK)
        return AT_FAIL;
    return content.quoted ? answer_request(at, mqtt_publish(&mqtt->client, &message, NULL))
                          : enter(at, mqtt, MQTT_PROMPT_MESSAGE, &message, content.length);
}

static enum at_status set_will(struct at_session *at, const struct at_args *args)
{
    uint8_t bytes[FIBOCOM_MQTT_PAYLOAD_MAX];
    struct mqtt_message will;
    struct content content;
    struct fibocom_mqtt *mqtt;

    if (read_message(at, args, bytes, &will, &content) != AT_OK)
        return AT_FAIL;
    mqtt = fibocom_mqtt_of(at, args->list[CLIENT_ID].number);
    if (mqtt == NULL)
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    return content.quoted ? keep_will(at, mqtt, &will)
                          : enter(at, mqtt, MQTT_PROMPT_WILL, &will, content.length);
}

/* ---- messages of the broker ---- */

enum { TOLD_WHOLE, TOLD_BY_LENGTH };

static enum at_status set_telling(struct at_session *at, const struct at_args *args)
{
    fibocom_of(at)->mqtt_by_length = args->list[0].number == TOLD_BY_LENGTH;
    return AT_OK;
}

static enum at_status read_telling(struct at_session *at)
{
    at_info(at, "+MQTTCONF: %d", fibocom_of(at)->mqtt_by_length ? TOLD_BY_LENGTH : TOLD_WHOLE);
    return AT_OK;
}

static enum at_status set_read(struct at_session *at, const struct at_args *args)
{
    int32_t id = args->list[CLIENT_ID].number;
    const struct fibocom_mqtt *mqtt = fibocom_mqtt_look(at, id);

    if (mqtt == NULL || !mqtt->heard_told)
        return at_refuse(at, FACT_ERROR_STATE, "client %d has no message to read", (int)id);
    fibocom_mqtt_show(fibocom_mqtt_of(at, id), at);
    return AT_OK;
}

/* ---- rows ---- */

#define CLIENT                                                                                     \
    {                                                                                              \
        .name = "id", .min = 1, .max = FIBOCOM_MQTT_CLIENTS                                        \
    }
#define TOPIC                                                                                      \
    {                                                                                              \
        .name = "topic", .type = AT_STRING, .min = 1, .max = FIBOCOM_MQTT_TOPIC_MAX                \
    }
#define QOS                                                                                        \
    {                                                                                              \
        .name = "qos", .max = MQTT_QOS_MAX                                                         \
    }
#define RETAIN                                                                                     \
    {                                                                                              \
        .name = "retain", .max = 1                                                                 \
    }

static const struct at_param user_params[] = {
    CLIENT,
    { .name = "user", .type = AT_STRING, .max = FIBOCOM_MQTT_NAME_MAX },
    { .name = "password", .type = AT_STRING, .secret = true, .max = FIBOCOM_MQTT_NAME_MAX },
    { .name = "clientid", .type = AT_STRING, .optional = true, .max = FIBOCOM_MQTT_ID_MAX },
};
static const struct at_param open_params[] = {
    CLIENT,
    { .name = "host", .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX },
    { .name = "port", .min = 1, .max = UINT16_MAX },
    { .name = "clean", .max = 1 },
    { .name = "keepalive", .min = 1, .max = 300 },
    { .name = "tls", .optional = true, .max = 2 },
};
static const struct at_param subscribe_params[] = { CLIENT, TOPIC, QOS };
static const struct at_param unsubscribe_params[] = { CLIENT, TOPIC };
static const struct at_param publish_params[] = {
    CLIENT,
    TOPIC,
    QOS,
    RETAIN,
    { .name = "message", .type = AT_STRING, .rest = true, .max = FIBOCOM_MQTT_PAYLOAD_MAX },
};
static const struct at_param client_params[] = { CLIENT };
static const struct at_param telling_params[] = { { .name = "mode", .max = TOLD_BY_LENGTH } };

#define ROW(text, say, list)                                                                       \
    .name = (text), .help = (say), .source = "docs/facts/mqtt-mux-ppp.md §1", AT_PARAMS(list)

static const struct at_command rows[] = {
    { ROW("+MQTTUSER",
          "User, password and client id of an MQTT client; without one it is the "
          "IMEI.",
          user_params),
      .test_text = "(1,2),(128),(128)[,(23)]", .set = set_user, .read = read_user },
    { ROW("+MQTTWILL", "What the broker tells of a client that is lost, in quotes or of a length.",
          publish_params),
      .set = set_will },
    { ROW("+MQTTOPEN", "Connects to an MQTT broker and logs in; +MQTTOPEN: says how it went.",
          open_params),
      .set = set_open, .read = read_open },
    { ROW("+MQTTSUB", "Subscribes to a topic.", subscribe_params), .set = set_subscribe },
    { ROW("+MQTTUNSUB", "Ends a subscription.", unsubscribe_params), .set = set_unsubscribe },
    { ROW("+MQTTPUB", "Sends a message, in quotes or of a length.", publish_params),
      .set = set_publish },
    { ROW("+MQTTCLOSE", "Leaves the broker.", client_params), .set = set_close },
    { ROW("+MQTTCONF",
          "How messages of the broker are told: 0 as +MQTTMSG, 1 by their lengths, as +MQTTMSGI.",
          telling_params),
      .set = set_telling, .read = read_telling },
    { ROW("+MQTTREAD", "Reads the message that +MQTTMSGI has told of.", client_params),
      .set = set_read },
};
const struct at_commands fibocom_mqtt_rows = AT_COMMANDS(rows);
