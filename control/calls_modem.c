/* calls_modem.c: see calls_modem.h.  What is allowed stands in src/laboratory. */
#include "control/calls_modem.h"

#include "base/number.h"
#include "control/http_server.h"
#include "control/modem_json.h"
#include "laboratory/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_MAX = 24, TEXT_CAP = LAB_TEXT_MAX + 2, SUMMARY_MAX = 300 };

static const int64_t advance_max_ms = INT64_C(31) * 24 * 3600 * 1000;

/* ---- values ---- */

/* A value as the tables take it: "" where it is none.  False: it is of a kind that none takes. */
static bool text_of(const struct lab_rule *rule, const json_t *value, char *ret_text)
{
    ret_text[0] = '\0';
    if (value == NULL || json_is_null(value))
        return true;
    if (json_is_boolean(value) && rule->kind == LAB_FLAG) {
        snprintf(ret_text, TEXT_CAP, "%s", rule->words[json_is_true(value) ? 1 : 0]);
        return true;
    }
    if (json_is_integer(value) && rule->kind == LAB_NUMBER) {
        snprintf(ret_text, TEXT_CAP, "%lld", (long long)json_integer_value(value));
        return true;
    }
    if (!json_is_string(value) || json_string_length(value) >= TEXT_CAP ||
        strlen(json_string_value(value)) != json_string_length(value))
        return false;
    memcpy(ret_text, json_string_value(value), json_string_length(value) + 1);
    return true;
}

/* Checks a value; else the call has failed. */
static bool check(struct call *call, const struct lab_rule *rule, const json_t *value)
{
    char given[TEXT_CAP], memory[CALL_WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (text_of(rule, value, given)) {
        if (lab_rule_allows(rule, span_of(given)))
            return true;
        lab_rule_refuse(rule, span_of(given), &why);
    } else {
        text_add(&why, "%s: it is of a wrong kind; allowed: ", rule->name);
        lab_rule_describe(rule, &why);
        if (rule->kind == LAB_FLAG)
            text_add(&why, ", true, false");
    }
    call_fail(call, HTTP_BAD_REQUEST, "%s", memory);
    return false;
}

/* ---- advance ---- */

/* "75s": ms, s, m, h or d. */
static bool read_span(const char *text, int64_t *ret_ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {
        { "ms", 1 }, { "s", 1000 }, { "m", 60 * 1000 }, { "h", 3600 * 1000 }, { "d", 86400 * 1000 }
    };
    size_t digits = strspn(text, "0123456789");
    int32_t number;

    if (!number_parse(span_at(text, digits), &number))
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(text + digits, units[i].unit) != 0)
            continue;
        *ret_ms = number * units[i].ms;
        return *ret_ms <= advance_max_ms;
    }
    return false;
}

static bool check_advance(struct call *call, const json_t *clock, int64_t *ret_ms)
{
    const json_t *by = json_object_get(clock, "advance");

    if (json_object_size(clock) == 1 && json_is_string(by)) {
        if (read_span(json_string_value(by), ret_ms))
            return true;
        call_fail(
            call, HTTP_BAD_REQUEST,
            "advance: \"%.80s\" is wrong; allowed: 0 to 31 days in ms, s, m, h or d, like 75s",
            json_string_value(by));
        return false;
    }
    call_fail(call, HTTP_BAD_REQUEST,
              "clock: this is wrong; allowed: a time like \"2026-05-01T12:00:00Z\", or "
              "{\"advance\": \"75s\"}, of 0 to 31 days in ms, s, m, h or d");
    return false;
}

/* ---- PATCH ---- */

const char *calls_modem_key(size_t index)
{
    const char *name = lab_setting_name(index);

    return name != NULL || lab_setting_name(index - 1) == NULL ? name : "port";
}

/* What is to be changed, checked before anything is. */
struct change {
    struct call *call;
    size_t port;
    bool advances;
    int64_t advance_ms;
    struct text *why;
    enum err err;
};

static bool check_port(struct call *call, size_t *ret_port)
{
    const json_t *port = json_object_get(call->body, "port");

    *ret_port = 0;
    if (port == NULL)
        return true;
    if (json_is_integer(port) && json_integer_value(port) >= 1 &&
        json_integer_value(port) <= (json_int_t)call->modem.ports) {
        *ret_port = (size_t)json_integer_value(port) - 1;
        return true;
    }
    call_fail(call, HTTP_BAD_REQUEST, "port: there is no such one; allowed: 1 to %zu",
              call->modem.ports);
    return false;
}

static bool check_change(struct change *change)
{
    struct call *call = change->call;
    const char *keys[SETTINGS_MAX + 1] = { NULL };
    const struct lab_rule *rule;
    const json_t *value;

    for (size_t i = 0; i < SETTINGS_MAX && (keys[i] = calls_modem_key(i)) != NULL; i++)
        ;
    if (!call_has_only(call, call->body, keys) || !check_port(call, &change->port))
        return false;
    for (size_t i = 0; (rule = lab_setting_at(i)) != NULL; i++) {
        value = json_object_get(call->body, rule->name);
        if (value == NULL)
            continue;
        change->advances = change->advances || json_is_object(value);
        if (strcmp(rule->name, "clock") == 0 && json_is_object(value)
                ? !check_advance(call, value, &change->advance_ms)
                : !check(call, rule, value))
            return false;
    }
    return true;
}

static void do_change(void *ctx, size_t index, struct runtime_modem *modem)
{
    struct change *change = ctx;
    struct call *call = change->call;
    struct tlsmodem *engine = runtime_modem_engine(modem);
    const struct lab_rule *rule;
    char given[TEXT_CAP];

    (void)index;
    hand_remember(call->modem.hand, engine);
    for (size_t i = 0; change->err == ERR_OK && (rule = lab_setting_at(i)) != NULL; i++) {
        const json_t *value = json_object_get(call->body, rule->name);

        if (value == NULL || json_is_object(value) || !text_of(rule, value, given))
            continue;
        change->err = lab_watch_set(call->modem.watch, engine, change->port, rule, span_of(given),
                                    change->why);
    }
    if (change->err == ERR_OK && change->advances)
        hand_advance(call->modem.hand, change->advance_ms);
}

static void note(struct call *call, const char *what)
{
    char *body = call->body != NULL ? json_dumps(call->body, JSON_COMPACT) : NULL;

    journal_control(hand_journal(call->modem.hand), "%s%s%.*s", what, body != NULL ? " " : "",
                    SUMMARY_MAX, body != NULL ? body : "");
    free(body);
}

void calls_modem_change(struct call *call)
{
    char memory[CALL_WHY_CAP];
    struct text why;
    struct change change = { .call = call, .why = &why };

    text_init(&why, memory, sizeof(memory));
    if (!check_change(&change))
        return;
    note(call, "set");
    fleet_visit_one(call->house->fleet, call->modem.index, do_change, &change);
    if (change.err != ERR_OK)
        call_fail(call, call_status_of(change.err), "%s", memory);
    else
        call->answer = modem_json(call->house, &call->modem);
}

/* ---- acts ---- */

struct deed {
    struct call *call;
    struct span values[LAB_ACT_VALUES_MAX];
    struct text *why;
    enum err err;
};

static void do_act(void *ctx, size_t index, struct runtime_modem *modem)
{
    struct deed *deed = ctx;
    struct tlsmodem *engine = runtime_modem_engine(modem);

    (void)index;
    hand_remember(deed->call->modem.hand, engine);
    deed->err =
        lab_watch_do(deed->call->modem.watch, engine, deed->call->act, deed->values, deed->why);
}

void calls_modem_act(struct call *call)
{
    const char *keys[LAB_ACT_VALUES_MAX + 1] = { NULL };
    char given[LAB_ACT_VALUES_MAX][TEXT_CAP], memory[CALL_WHY_CAP];
    struct text why;
    struct deed deed = { .call = call, .why = &why };

    text_init(&why, memory, sizeof(memory));
    for (size_t i = 0; i < call->act->value_count; i++)
        keys[i] = call->act->values[i].name;
    if (!call_has_only(call, call->body, keys))
        return;
    for (size_t i = 0; i < call->act->value_count; i++) {
        const json_t *value = json_object_get(call->body, keys[i]);

        if (!check(call, &call->act->values[i], value))
            return;
        text_of(&call->act->values[i], value, given[i]);
        deed.values[i] = span_of(given[i]);
    }
    note(call, call->act->name);
    fleet_visit_one(call->house->fleet, call->modem.index, do_act, &deed);
    if (deed.err != ERR_OK)
        call_fail(call, call_status_of(deed.err), "%s", memory);
    else
        call->answer = modem_json(call->house, &call->modem);
}

/* ---- what is only read ---- */

void calls_modem_show(struct call *call)
{
    call->answer = modem_json(call->house, &call->modem);
}

void calls_modem_journal(struct call *call)
{
    call->answer = journal_json(hand_journal(call->modem.hand), call->argument);
}

void calls_modem_events(struct call *call)
{
    call->goes_on = true;
    call->tag = call->name[0] != '\0' ? journal_number(hand_journal(call->modem.hand)) : 0;
}
