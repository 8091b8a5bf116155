/* control_words.c: names and values of a laboratory's settings, as text. */
#include "transcript/control_words.h"

#include "base/number.h"

#include <assert.h>
#include <string.h>

enum { AREA_CODE_MAX = 65535 };

/* One setting that is to be done. */
struct order {
    struct tlsmodem *modem;
    size_t port;
    const char *text; /* the value */
    int32_t number;   /* of a word: its place; of a number: it */
    struct tlsmodem_time time;
};

static enum err set_registration(const struct order *order)
{
    return tlsmodem_set_registration(order->modem, (enum tlsmodem_registration)order->number);
}

static enum err set_signal(const struct order *order)
{
    return tlsmodem_set_signal(order->modem, (int)order->number);
}

static enum err set_operator(const struct order *order)
{
    return tlsmodem_set_operator(order->modem, order->text, NULL);
}

static enum err set_operator_code(const struct order *order)
{
    return tlsmodem_set_operator(order->modem, NULL, order->text);
}

static enum err set_area_code(const struct order *order)
{
    struct tlsmodem_status status;

    tlsmodem_get_status(order->modem, &status);
    return tlsmodem_set_cell(order->modem, (uint16_t)order->number, status.cell);
}

static enum err set_cell(const struct order *order)
{
    struct tlsmodem_status status;

    tlsmodem_get_status(order->modem, &status);
    return tlsmodem_set_cell(order->modem, status.area_code, (uint32_t)order->number);
}

static enum err set_sim(const struct order *order)
{
    return tlsmodem_set_sim(order->modem, (enum tlsmodem_sim)order->number);
}

static enum err set_attached(const struct order *order)
{
    return tlsmodem_set_attached(order->modem, order->number == 1);
}

static enum err set_clock(const struct order *order)
{
    return tlsmodem_set_clock(order->modem, order->time.utc_s, order->time.zone_quarters);
}

static enum err set_network_time(const struct order *order)
{
    return tlsmodem_give_time(order->modem, order->time.utc_s, order->time.zone_quarters);
}

static enum err set_dtr(const struct order *order)
{
    tlsmodem_set_dtr(order->modem, order->port, order->number == 1);
    return ERR_OK;
}

enum kind { KIND_WORD, KIND_NUMBER, KIND_TEXT, KIND_TIME };

static const struct setting {
    const char *name;
    enum kind kind;
    const char *allowed; /* words, with a comma between; or what to tell */
    int32_t max;         /* of a number */
    enum err (*set)(const struct order *order);
} settings[] = {
    { "registration", KIND_WORD, "home,roaming,searching,denied,lost", 0, set_registration },
    { "signal", KIND_NUMBER, "0 to 31, 99", 99, set_signal },
    { "operator", KIND_TEXT, "1 to 23 ASCII characters, no quotes", 0, set_operator },
    { "operator-code", KIND_TEXT, "5 or 6 digits", 0, set_operator_code },
    { "area-code", KIND_NUMBER, "0 to 65535", AREA_CODE_MAX, set_area_code },
    { "cell", KIND_NUMBER, "0 to 268435455", INT32_MAX, set_cell },
    { "sim", KIND_WORD, "ready,pin,puk,absent", 0, set_sim },
    { "attached", KIND_WORD, "no,yes", 0, set_attached },
    { "clock", KIND_TIME, "a time like 2026-05-01T12:00:00Z", 0, set_clock },
    { "network-time", KIND_TIME, "a time like 2026-05-01T12:00:00+01:00", 0, set_network_time },
    { "dtr", KIND_WORD, "off,on", 0, set_dtr },
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

/* The place of a word in a list with commas; -1: it is none of them. */
static int32_t place_in(const char *list, struct span word)
{
    for (int32_t place = 0; *list != '\0'; place++) {
        size_t len = strcspn(list, ",");

        if (len == word.len && memcmp(list, word.data, len) == 0)
            return place;
        list += len + (list[len] == ',');
    }
    return -1;
}

static bool read_value(const struct setting *setting, struct span value, struct order *order)
{
    switch (setting->kind) {
    case KIND_WORD:
        order->number = place_in(setting->allowed, value);
        return order->number >= 0;
    case KIND_NUMBER:
        return number_parse(value, &order->number) && order->number >= 0 &&
               order->number <= setting->max;
    case KIND_TEXT:
        return true;
    case KIND_TIME:
        return tlsmodem_time_read(order->text, 0, &order->time) == ERR_OK &&
               order->time.from == TLSMODEM_TIME_GIVEN;
    }
    return false;
}

static enum err refuse(const char *what, struct span value, const char *allowed, struct text *why)
{
    text_add(why, "%s: \"%.*s\" is wrong; allowed: %s", what, (int)value.len,
             (const char *)value.data, allowed);
    return ERR_INVALID;
}

static enum err refuse_name(struct span name, struct text *why)
{
    text_add(why, "there is no setting \"%.*s\"; allowed:", (int)name.len, (const char *)name.data);
    for (size_t i = 0; i < SETTINGS; i++)
        text_add(why, "%s %s", i > 0 ? "," : "", settings[i].name);
    return ERR_INVALID;
}

enum err control_words_set(struct tlsmodem *modem, size_t port, struct span name, struct span value,
                           struct text *why)
{
    char text[CONTROL_WORDS_VALUE_MAX + 1] = "";
    struct order order = { .modem = modem, .port = port, .text = text };
    size_t i = 0;
    enum err err;

    assert(modem != NULL && why != NULL);
    while (i < SETTINGS && !span_equal(name, span_of(settings[i].name)))
        i++;
    if (i == SETTINGS)
        return refuse_name(name, why);
    if (value.len <= CONTROL_WORDS_VALUE_MAX && value.len > 0)
        memcpy(text, value.data, value.len);
    if (value.len > CONTROL_WORDS_VALUE_MAX || !read_value(&settings[i], value, &order))
        return refuse(settings[i].name, value, settings[i].allowed, why);
    err = settings[i].set(&order);
    if (err == ERR_INVALID)
        return refuse(settings[i].name, value, settings[i].allowed, why);
    if (err != ERR_OK)
        text_add(why, "%s: %s", settings[i].name, err_text(err));
    return err;
}

enum err control_words_power(struct tlsmodem *modem, struct span word, struct text *why)
{
    static const char words[] = "off,on,reset,brown-out"; /* as in enum tlsmodem_power */
    int32_t place = place_in(words, word);
    enum err err;

    assert(modem != NULL && why != NULL);
    if (place < 0)
        return refuse("power", word, words, why);
    err = tlsmodem_set_power(modem, (enum tlsmodem_power)place);
    if (err != ERR_OK)
        text_add(why, "power: %s", err_text(err));
    return err;
}
