/* fibocom_hm_commands.c: +HMCON, +HMDIS, +HMDISC, +HMPUB, +HMSUB, +HMUNS.
 *
 * A command ends with a result of its own name, OK or ERR:<n>, when it is known.
 * Source: docs/facts/mqtt-mux-ppp.md §1.1.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/hex.h"

#include <stdio.h>

/* The result of a command that has failed at once. */
static enum at_status deny(struct at_session *at, const char *name, enum fibocom_hm_error error,
                           const char *why)
{
    char line[40];

    at_remark(at, "%s", why);
    snprintf(line, sizeof(line), "%s ERR:%d", name, (int)error);
    at_result_text(at, line);
    return AT_SILENT;
}

static void on_abort(struct at_session *at, void *ctx)
{
    struct fibocom_hm *hm = ctx;
    bool of_session = hm->waits != HM_WAITS_ANSWER;

    hm->asker = NULL;
    hm->waits = HM_WAITS_NOT;
    if (of_session)
        fibocom_hm_forget(hm);
    at_finish(at, at_refuse_plain(at, "given up: DTR has dropped"));
}

static enum at_status wait_for(struct at_session *at, struct fibocom_hm *hm,
                               enum fibocom_hm_wait what)
{
    hm->asker = at;
    hm->waits = what;
    at_await(at, on_abort, hm);
    return AT_LATER;
}

/* ---- the session ---- */

enum { CON_LIFETIME = 1, CON_HOST, CON_PORT, CON_DEVICE, CON_SECRET, CON_CODEC };

static bool keep_all(struct fibocom_hm *hm, const struct at_args *args)
{
    return at_text_set(&hm->host, args->list[CON_HOST].text) &&
           at_text_set(&hm->device, args->list[CON_DEVICE].text) &&
           at_text_set(&hm->secret, args->list[CON_SECRET].text);
}

static enum at_status set_connect(struct at_session *at, const struct at_args *args)
{
    static const char name[] = "+HMCON";
    struct fibocom_hm *hm = fibocom_hm_of(at);

    if (hm == NULL)
        return deny(at, name, HM_NO_MEMORY, "no memory");
    if (hm->configured || hm->waits != HM_WAITS_NOT)
        return deny(at, name, HM_CONFIGURED, "it is connected; AT+HMDIS first");
    if (!fibocom_context(module_of(at))->active)
        return deny(at, name, HM_NETWORK, "there is no connection; AT+MIPCALL=1 first");
    if (!keep_all(hm, args))
        return deny(at, name, HM_NO_MEMORY, "no memory");
    hm->owner = terminal_of(at);
    hm->keep_alive_s = (uint16_t)args->list[CON_LIFETIME].number;
    hm->port = (uint16_t)args->list[CON_PORT].number;
    hm->secure = hm->port == module_fact(module_of(at), FACT_HM_TLS_PORT);
    hm->hex = args->list[CON_CODEC].given && args->list[CON_CODEC].number != 0;
    switch (fibocom_hm_dial(hm)) {
    case ERR_OK:
        return wait_for(at, hm, HM_WAITS_CONNECT);
    case ERR_NO_MEMORY:
        return deny(at, name, HM_NO_MEMORY, "no memory");
    default:
        return deny(at, name, HM_PARAMETER, "its security data cannot be used");
    }
}

static enum at_status leave(struct at_session *at)
{
    struct fibocom_hm *hm = fibocom_hm_if(at);

    if (hm == NULL || !hm->configured)
        return deny(at, "+HMDIS", HM_NOT_CONFIGURED, "there is no session; AT+HMCON first");
    if (hm->waits != HM_WAITS_NOT)
        return deny(at, "+HMDIS", HM_NETWORK, "another port waits for an answer");
    if (mqtt_leave(&hm->client) == ERR_OK)
        return wait_for(at, hm, HM_WAITS_LEAVE);
    fibocom_hm_forget(hm);
    at_result_text(at, "+HMDIS OK");
    return AT_SILENT;
}

static enum at_status set_leave(struct at_session *at, const struct at_args *args)
{
    (void)args;
    return leave(at);
}

/* ---- requests ---- */

/* The session that can be asked for something; NULL: the result is given. */
static struct fibocom_hm *connected(struct at_session *at, const char *name)
{
    struct fibocom_hm *hm = fibocom_hm_if(at);

    if (hm == NULL || !hm->configured)
        deny(at, name, HM_NOT_CONFIGURED, "there is no session; AT+HMCON first");
    else if (hm->client.state != MQTT_CONNECTED)
        deny(at, name, HM_NOT_CONNECTED, "the connection is lost, and not back yet");
    else if (hm->waits != HM_WAITS_NOT)
        deny(at, name, HM_NETWORK, "another port waits for an answer");
    else
        return hm;
    return NULL;
}

static enum at_status wait_for_answer(struct at_session *at, struct fibocom_hm *hm, enum err err,
                                      enum mqtt_type request, uint16_t id)
{
    const char *name = at_row_name(at);

    if (err == ERR_NO_MEMORY)
        return deny(at, name, HM_NO_MEMORY, "no memory");
    if (err != ERR_OK)
        return deny(at, name, HM_PARAMETER, "MQTT has no such topic");
    hm->request = request;
    hm->request_id = id;
    return wait_for(at, hm, HM_WAITS_ANSWER);
}

/* Pairs of digits as bytes; false: they are none, or too many. */
static bool take_digits(struct span text, uint8_t bytes[FIBOCOM_HM_PAYLOAD_MAX], size_t *ret_len)
{
    *ret_len = text.len / 2;
    return *ret_len <= FIBOCOM_HM_PAYLOAD_MAX && hex_read(text, bytes);
}

/* Within quotes \" stands for a quote and \\ for a backslash. */
static bool take_text(const struct at_arg *arg, uint8_t bytes[FIBOCOM_HM_PAYLOAD_MAX],
                      size_t *ret_len)
{
    struct span text = arg->text;
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (arg->quoted && text.data[i] == '\\' && i + 1 < text.len &&
            (text.data[i + 1] == '"' || text.data[i + 1] == '\\'))
            i++;
        if (len == FIBOCOM_HM_PAYLOAD_MAX)
            return false;
        bytes[len++] = text.data[i];
    }
    *ret_len = len;
    return true;
}

enum { PUB_QOS, PUB_TOPIC, PUB_LENGTH, PUB_PAYLOAD };

static enum at_status set_publish(struct at_session *at, const struct at_args *args)
{
    static const char name[] = "+HMPUB";
    const struct at_arg *payload = &args->list[PUB_PAYLOAD];
    struct fibocom_hm *hm = connected(at, name);
    struct mqtt_message message = { .topic = args->list[PUB_TOPIC].text,
                                    .qos = (uint8_t)args->list[PUB_QOS].number };
    uint8_t bytes[FIBOCOM_HM_PAYLOAD_MAX];
    uint16_t id = 0;
    size_t len = 0;
    enum err err;

    if (hm == NULL)
        return AT_SILENT;
    if (!(hm->hex ? take_digits(payload->text, bytes, &len) : take_text(payload, bytes, &len)))
        return deny(at, name, HM_PARAMETER, "the payload is too long, or its digits are none");
    if (len != (size_t)args->list[PUB_LENGTH].number)
        return deny(at, name, HM_PARAMETER, "the payload has not the length that is given");
    message.payload = span_at(bytes, len);
    err = mqtt_publish(&hm->client, &message, &id);
    return wait_for_answer(at, hm, err, MQTT_PUBLISH, id);
}

static enum at_status filter(struct at_session *at, enum mqtt_type type, struct span topic,
                             uint8_t qos)
{
    const struct mqtt_filter one = { topic, qos };
    struct fibocom_hm *hm = connected(at, at_row_name(at));
    uint16_t id = 0;
    enum err err = ERR_NO_MEMORY;

    if (hm == NULL)
        return AT_SILENT;
    if (fibocom_hm_ask(hm, topic, qos))
        err = mqtt_filter(&hm->client, type, 0, &one, 1, &id);
    return wait_for_answer(at, hm, err, type, id);
}

enum { SUB_QOS, SUB_TOPIC };

static enum at_status set_subscribe(struct at_session *at, const struct at_args *args)
{
    return filter(at, MQTT_SUBSCRIBE, args->list[SUB_TOPIC].text,
                  (uint8_t)args->list[SUB_QOS].number);
}

static enum at_status set_unsubscribe(struct at_session *at, const struct at_args *args)
{
    return filter(at, MQTT_UNSUBSCRIBE, args->list[0].text, 0);
}

/* ---- rows ---- */

#define QOS                                                                                        \
    {                                                                                              \
        .name = "qos", .max = MQTT_QOS_MAX                                                         \
    }
#define TOPIC                                                                                      \
    {                                                                                              \
        .name = "topic", .type = AT_STRING, .min = 1, .max = FIBOCOM_HM_TOPIC_MAX                  \
    }

static const struct at_param connect_params[] = {
    { .name = "bsmode", .max = 0 },
    { .name = "lifetime", .max = UINT16_MAX },
    { .name = "host", .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX },
    { .name = "port", .min = 1, .max = UINT16_MAX, .quoted_too = true },
    { .name = "deviceid", .type = AT_STRING, .min = 1, .max = FIBOCOM_HM_DEVICE_MAX },
    { .name = "secret",
      .type = AT_STRING,
      .optional = true,
      .secret = true,
      .max = FIBOCOM_HM_SECRET_MAX },
    { .name = "codec", .optional = true, .max = 1 },
};
static const struct at_param publish_params[] = {
    QOS,
    TOPIC,
    { .name = "length", .max = FIBOCOM_HM_PAYLOAD_MAX },
    { .name = "payload", .type = AT_STRING, .rest = true, .max = 2 * FIBOCOM_HM_PAYLOAD_MAX },
};
static const struct at_param subscribe_params[] = { QOS, TOPIC };
static const struct at_param unsubscribe_params[] = { TOPIC };
static const struct at_param leave_params[] = { { .name = "mode", .max = 0 } };

#define ROW(text, say) .name = (text), .help = (say), .source = "docs/facts/mqtt-mux-ppp.md §1.1"

static const struct at_command rows[] = {
    { ROW("+HMCON", "Connects to Huawei's cloud, without its provisioning, and stays so until "
                    "+HMDIS."),
      AT_PARAMS(connect_params), .only_on = FIBOCOM_L610, .set = set_connect },
    { ROW("+HMDIS", "Ends that connection."), .only_on = FIBOCOM_L610, .acts = true, .run = leave },
    { ROW("+HMDISC", "The same."), AT_PARAMS(leave_params), .only_on = FIBOCOM_L610,
      .set = set_leave },
    { ROW("+HMPUB", "Sends a message to the cloud; its length is without the escapes."),
      AT_PARAMS(publish_params), .only_on = FIBOCOM_L610, .set = set_publish },
    { ROW("+HMSUB", "Subscribes to a topic of the cloud."), AT_PARAMS(subscribe_params),
      .only_on = FIBOCOM_L610, .set = set_subscribe },
    { ROW("+HMUNS", "Ends a subscription."), AT_PARAMS(unsubscribe_params), .only_on = FIBOCOM_L610,
      .set = set_unsubscribe },
};
const struct at_commands fibocom_hm_rows = AT_COMMANDS(rows);
