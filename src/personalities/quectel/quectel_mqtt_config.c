/* quectel_mqtt_config.c: +QMTCFG: each subtype a row of its own table.
 *
 * Source: docs/facts/mqtt-mux-ppp.md §2.  Without values a subtype answers what it holds.
 */
#include "personalities/quectel/quectel.h"

#include "base/number.h"
#include "base/text.h"

#include <stdio.h>

enum { ARG_TYPE, ARG_CLIENT, ARG_VALUE, ARG_COUNT = 7, NUMBERS_MAX = 3 };

struct number {
    size_t offset; /* in struct quectel_mqtt_settings */
    int32_t min, max;
};

struct subtype {
    const char *name;
    size_t count; /* of `numbers`, of which the first must be given */
    struct number numbers[NUMBERS_MAX];
    bool texts; /* topic and message of a will follow */
};

#define FIELD(member) offsetof(struct quectel_mqtt_settings, member)

static const struct subtype subtypes[] = {
    { "ssl",
      2,
      { { FIELD(secure), 0, 1 }, { FIELD(ssl_context), 0, QUECTEL_SSL_CONTEXTS - 1 } },
      false },
    { "version", 1, { { FIELD(version), 3, 4 } }, false },
    { "keepalive", 1, { { FIELD(keep_alive_s), 0, 3600 } }, false },
    { "session", 1, { { FIELD(clean), 0, 1 } }, false },
    { "timeout",
      3,
      { { FIELD(reply_s), 1, 60 }, { FIELD(retries), 0, 10 }, { FIELD(notice), 0, 1 } },
      false },
    { "showrecvlen", 1, { { FIELD(show_length), 0, 1 } }, false },
    { "will",
      3,
      { { FIELD(will), 0, 1 }, { FIELD(will_qos), 0, 2 }, { FIELD(will_retain), 0, 1 } },
      true },
    [MQTT_SETTING_CLOUD] = { "aliauth", 0, { { 0, 0, 0 } }, false },
};

static int lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static const struct subtype *find(struct span text)
{
    for (size_t i = 0; i < sizeof(subtypes) / sizeof(subtypes[0]); i++) {
        size_t at = 0;

        while (at < text.len && subtypes[i].name[at] != '\0' &&
               lower(text.data[at]) == subtypes[i].name[at])
            at++;
        if (at == text.len && subtypes[i].name[at] == '\0')
            return &subtypes[i];
    }
    return NULL;
}

static int32_t *field(struct quectel_mqtt_settings *settings, const struct number *number)
{
    return (int32_t *)(void *)((char *)settings + number->offset);
}

/* What is read decides what the host does. */
static void note(const struct quectel_mqtt *mqtt, enum quectel_mqtt_setting setting)
{
    if (setting == MQTT_SETTING_VERSION)
        quectel_mqtt_note(mqtt, setting, FACT_MQTT_VERSION_PRESET);
    else if (setting == MQTT_SETTING_KEEP_ALIVE)
        quectel_mqtt_note(mqtt, setting, FACT_MQTT_KEEP_ALIVE_PRESET_S);
    if (setting != MQTT_SETTING_TIMEOUT)
        return;
    quectel_mqtt_note(mqtt, setting, FACT_MQTT_REPLY_PRESET_S);
    quectel_mqtt_note(mqtt, setting, FACT_MQTT_RETRIES_PRESET);
}

/* A secret is not read back. */
static void answer_device(struct at_session *at, const struct quectel_mqtt *mqtt)
{
    at_info(at, "+QMTCFG: \"aliauth\",%d,\"%s\",\"%s\",\"%s\"", (int)mqtt->index,
            at_text(mqtt->cloud_product), at_text(mqtt->cloud_device),
            quectel_mqtt_has_cloud(mqtt) ? "***" : "");
}

static void answer(struct at_session *at, struct quectel_mqtt *mqtt, const struct subtype *subtype)
{
    struct quectel_mqtt_settings *settings = &mqtt->settings;
    char values[40];
    struct text text;

    if (subtype == &subtypes[MQTT_SETTING_CLOUD]) {
        answer_device(at, mqtt);
        return;
    }
    note(mqtt, (enum quectel_mqtt_setting)(subtype - subtypes));
    text_init(&text, values, sizeof(values));
    for (size_t i = 0; i < subtype->count; i++)
        text_add(&text, ",%d", (int)*field(settings, &subtype->numbers[i]));
    if (subtype->texts && settings->will != 0)
        at_info(at, "+QMTCFG: \"%s\",%d%s,\"%s\",\"%s\"", subtype->name, (int)mqtt->index, values,
                settings->will_topic, settings->will_message);
    else
        at_info(at, "+QMTCFG: \"%s\",%d%s", subtype->name, (int)mqtt->index, values);
}

static bool take_number(struct quectel_mqtt_settings *settings, const struct number *number,
                        struct span text)
{
    int32_t value;

    if (!number_parse(text, &value) || value < number->min || value > number->max)
        return false;
    *field(settings, number) = value;
    return true;
}

static bool take_will(struct quectel_mqtt_settings *settings, const struct at_arg *texts)
{
    if (settings->will == 0)
        return true;
    if (!texts[0].given || texts[0].text.len == 0 || texts[0].text.len > QUECTEL_MQTT_TOPIC_MAX ||
        texts[1].text.len > QUECTEL_MQTT_TEXT_MAX)
        return false;
    snprintf(settings->will_topic, sizeof(settings->will_topic), "%.*s", (int)texts[0].text.len,
             (const char *)texts[0].text.data);
    snprintf(settings->will_message, sizeof(settings->will_message), "%.*s", (int)texts[1].text.len,
             (const char *)texts[1].text.data);
    return true;
}

/* All of them, or none. */
static bool take(struct quectel_mqtt_settings *settings, const struct subtype *subtype,
                 const struct at_args *args)
{
    struct quectel_mqtt_settings taken = *settings;
    size_t most = ARG_VALUE + subtype->count + (subtype->texts ? 2 : 0);

    if (args->count > most || !args->list[ARG_VALUE].given)
        return false;
    for (size_t i = 0; i < subtype->count; i++) {
        const struct at_arg *arg = &args->list[ARG_VALUE + i];

        if (arg->given && !take_number(&taken, &subtype->numbers[i], arg->text))
            return false;
    }
    if (subtype->texts && !take_will(&taken, &args->list[ARG_VALUE + subtype->count]))
        return false;
    *settings = taken;
    return true;
}

/* ---- the device of a cloud ---- */

enum { CLOUD_PRODUCT = ARG_VALUE, CLOUD_DEVICE, CLOUD_SECRET, CLOUD_END };

static bool keep_device(struct quectel_mqtt *mqtt, struct span product, struct span device,
                        struct span secret)
{
    return at_text_set(&mqtt->cloud_product, product) && at_text_set(&mqtt->cloud_device, device) &&
           at_text_set(&mqtt->cloud_secret, secret);
}

/* Three texts; all empty: none any more. */
static bool is_device(const struct at_args *args)
{
    size_t empty = 0;

    for (size_t i = CLOUD_PRODUCT; i < CLOUD_END; i++)
        empty += args->list[i].text.len == 0;
    return args->count == CLOUD_END && (empty == 0 || empty == CLOUD_END - CLOUD_PRODUCT);
}

static enum at_status set_device(struct at_session *at, struct quectel_mqtt *mqtt,
                                 const struct at_args *args)
{
    static const struct span none = { NULL, 0 };

    if (!is_device(args))
        return at_refuse_plain(at, "\"aliauth\" has product key, device name and device secret");
    if (keep_device(mqtt, args->list[CLOUD_PRODUCT].text, args->list[CLOUD_DEVICE].text,
                    args->list[CLOUD_SECRET].text))
        return AT_OK;
    keep_device(mqtt, none, none, none);
    return at_refuse_memory(at, FACT_PLAIN_ERROR);
}

/* ---- the command ---- */

static enum at_status change(struct at_session *at, struct quectel_mqtt *mqtt,
                             const struct subtype *subtype, const struct at_args *args)
{
    if (subtype == &subtypes[MQTT_SETTING_CLOUD])
        return set_device(at, mqtt, args);
    if (!take(&mqtt->settings, subtype, args))
        return at_refuse_plain(at,
                               "the values of \"%s\" are not right or too many; "
                               "docs/commands/quectel.md has them all",
                               subtype->name);
    return AT_OK;
}

static enum at_status set_config(struct at_session *at, const struct at_args *args)
{
    const struct subtype *subtype = find(args->list[ARG_TYPE].text);
    struct quectel_mqtt *mqtt;
    int32_t index;

    if (subtype == NULL)
        return at_refuse_plain(at,
                               "there is no such <type>; docs/commands/quectel.md has them all");
    if (!number_parse(args->list[ARG_CLIENT].text, &index) || index < 0 ||
        index >= QUECTEL_MQTT_CLIENTS)
        return at_refuse_plain(at, "<tcpconnectID> is no number of 0 to %d",
                               QUECTEL_MQTT_CLIENTS - 1);
    mqtt = quectel_mqtt_of(at, index);
    if (mqtt == NULL)
        return at_refuse_memory(at, FACT_PLAIN_ERROR);
    if (args->count <= ARG_VALUE) {
        answer(at, mqtt, subtype);
        return AT_OK;
    }
    if (change(at, mqtt, subtype, args) != AT_OK)
        return AT_FAIL;
    mqtt->set |= (uint8_t)(1U << (subtype - subtypes));
    return AT_OK;
}

/* A line for each, as manuals of later families print them. */
static enum at_status show_subtypes(struct at_session *at)
{
    for (size_t i = 0; i < sizeof(subtypes) / sizeof(subtypes[0]); i++) {
        const struct subtype *subtype = &subtypes[i];
        char values[100];
        struct text text;

        text_init(&text, values, sizeof(values));
        for (size_t k = 0; k < subtype->count; k++)
            text_add(&text, ",(%d%s%d)", (int)subtype->numbers[k].min,
                     subtype->numbers[k].max - subtype->numbers[k].min == 1 ? "," : "-",
                     (int)subtype->numbers[k].max);
        if (subtype->texts)
            text_add(&text, ",<topic>,<message>");
        else if (i == MQTT_SETTING_CLOUD)
            text_add(&text, ",<product_key>,<device_name>,<device_secret>");
        at_info(at, "+QMTCFG: \"%s\",(0-%d)%s", subtype->name, QUECTEL_MQTT_CLIENTS - 1, values);
    }
    return AT_OK;
}

#define VALUE                                                                                      \
    {                                                                                              \
        .name = "value", .type = AT_STRING, .optional = true, .max = QUECTEL_MQTT_TEXT_MAX         \
    }
static const struct at_param config_params[ARG_COUNT] = {
    { .name = "type", .type = AT_STRING, .min = 1, .max = 20 },
    { .name = "tcpconnectID", .type = AT_STRING, .max = 3 },
    VALUE,
    VALUE,
    { .name = "value",
      .type = AT_STRING,
      .optional = true,
      .secret = true,
      .shown_with = "will,timeout", /* who have so many, too; what is none may be misspelt */
      .max = QUECTEL_MQTT_TEXT_MAX },
    VALUE,
    VALUE,
};

static const struct at_command rows[] = {
    { .name = "+QMTCFG",
      .help = "Settings of the MQTT clients 0 to 5; without a value it answers: SSL (0, 1; the "
              "context of +QSSLCFG), VERSION (3, 4), KEEPALIVE (0 to 3600 s), SESSION (1: a clean "
              "one), TIMEOUT (s, how often again, told or not), SHOWRECVLEN (0, 1), WILL (0, 1; "
              "QoS, retained, topic, message), ALIAUTH (product key, device name and secret).",
      .source = "docs/facts/mqtt-mux-ppp.md §2",
      .plain_error = true,
      AT_PARAMS(config_params),
      .test = show_subtypes,
      .set = set_config },
};
const struct at_commands quectel_mqtt_config_rows = AT_COMMANDS(rows);
