/* setting.c: the settings of a laboratory. */
#include "laboratory/setting.h"

#include <assert.h>

/* One that is to be done. */
struct order {
    struct tlsmodem *modem;
    size_t port;
    const struct lab_value *value;
};

static enum err set_registration(const struct order *order)
{
    return tlsmodem_set_registration(order->modem,
                                     (enum tlsmodem_registration)order->value->number);
}

static enum err set_signal(const struct order *order)
{
    return tlsmodem_set_signal(order->modem, (int)order->value->number);
}

static enum err set_operator(const struct order *order)
{
    return tlsmodem_set_operator(order->modem, order->value->text, NULL);
}

static enum err set_operator_code(const struct order *order)
{
    return tlsmodem_set_operator(order->modem, NULL, order->value->text);
}

static enum err set_area_code(const struct order *order)
{
    struct tlsmodem_status status;

    tlsmodem_get_status(order->modem, &status);
    return tlsmodem_set_cell(order->modem, (uint16_t)order->value->number, status.cell);
}

static enum err set_cell(const struct order *order)
{
    struct tlsmodem_status status;

    tlsmodem_get_status(order->modem, &status);
    return tlsmodem_set_cell(order->modem, status.area_code, (uint32_t)order->value->number);
}

static enum err set_sim(const struct order *order)
{
    return tlsmodem_set_sim(order->modem, (enum tlsmodem_sim)order->value->number);
}

static enum err set_attached(const struct order *order)
{
    return tlsmodem_set_attached(order->modem, order->value->number == 1);
}

static enum err set_clock(const struct order *order)
{
    const struct tlsmodem_time *time = &order->value->time;

    return tlsmodem_set_clock(order->modem, time->utc_s, time->zone_quarters);
}

static enum err set_network_time(const struct order *order)
{
    const struct tlsmodem_time *time = &order->value->time;

    return tlsmodem_give_time(order->modem, time->utc_s, time->zone_quarters);
}

static enum err set_dtr(const struct order *order)
{
    tlsmodem_set_dtr(order->modem, order->port, order->value->number == 1);
    return ERR_OK;
}

/* It goes into answers between quotes. */
static bool is_operator(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ' || text.data[i] > '~' || text.data[i] == '"')
            return false;
    }
    return text.len <= TLSMODEM_OPERATOR_MAX;
}

static bool is_operator_code(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    return text.len == 5 || text.len == 6;
}

/* Words stand in the order of the enumeration that they are of. */
static const struct setting {
    struct lab_rule rule;
    enum err (*set)(const struct order *order);
    const char *needs; /* what ERR_STATE means of it; NULL: it always goes */
} settings[] = {
    { { .name = "registration",
        .kind = LAB_WORD,
        .words = { "home", "roaming", "searching", "denied", "lost" } },
      set_registration,
      NULL },
    { { .name = "signal", .kind = LAB_NUMBER, .max = 31, .also = 99 }, set_signal, NULL },
    { { .name = "operator",
        .kind = LAB_TEXT,
        .is_good = is_operator,
        .form = "1 to 23 ASCII characters, no quotes" },
      set_operator,
      NULL },
    { { .name = "operator-code",
        .kind = LAB_TEXT,
        .is_good = is_operator_code,
        .form = "5 or 6 digits" },
      set_operator_code,
      NULL },
    { { .name = "area-code", .kind = LAB_NUMBER, .max = UINT16_MAX }, set_area_code, NULL },
    { { .name = "cell", .kind = LAB_NUMBER, .max = 0xFFFFFFF }, set_cell, NULL },
    { { .name = "sim", .kind = LAB_WORD, .words = { "ready", "pin", "puk", "absent" } },
      set_sim,
      NULL },
    { { .name = "attached", .kind = LAB_FLAG, .words = { "no", "yes" } },
      set_attached,
      "a modem that is on, and registered" },
    { { .name = "clock", .kind = LAB_TIME, .form = "a time like 2026-05-01T12:00:00Z" },
      set_clock,
      NULL },
    { { .name = "network-time", .kind = LAB_TIME, .form = "a time like 2026-05-01T12:00:00+01:00" },
      set_network_time,
      NULL },
    { { .name = "dtr", .kind = LAB_FLAG, .words = { "off", "on" } }, set_dtr, NULL },
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

const struct lab_rule *lab_setting_at(size_t index)
{
    return index < SETTINGS ? &settings[index].rule : NULL;
}

const char *lab_setting_name(size_t index)
{
    return index < SETTINGS ? settings[index].rule.name : NULL;
}

const struct lab_rule *lab_setting_find(struct span name)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        if (span_equal(name, span_of(settings[i].rule.name)))
            return &settings[i].rule;
    }
    return NULL;
}

enum err lab_setting_set(struct tlsmodem *modem, size_t port, const struct lab_rule *setting,
                         struct span value, struct text *why)
{
    const struct setting *known = (const struct setting *)(const void *)setting;
    struct lab_value read;
    const struct order order = { modem, port, &read };
    enum err err;

    assert(modem != NULL && why != NULL);
    assert(known >= settings && known < settings + SETTINGS);
    if (!lab_rule_read(setting, value, &read))
        return lab_rule_refuse(setting, value, why);
    err = known->set(&order);
    if (err == ERR_INVALID)
        return lab_rule_refuse(setting, value, why);
    if (err != ERR_OK)
        text_add(why, "%s: %s", setting->name, err_text(err));
    if (err == ERR_STATE && known->needs != NULL)
        text_add(why, "; it needs %s", known->needs);
    return err;
}
