/* words.c: see words.h.  Acts and settings have their words from src/laboratory. */
#include "ctl/words.h"

#include "base/letters.h"
#include "laboratory/act.h"
#include "laboratory/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_CAP = 80, HELP_CAP = 200 };

struct word {
    const char *name, *values, *help;
    bool (*read)(char *const *values, size_t count, struct words_call *call, struct text *why);
};

static void set_tail(struct words_call *call, const char *tail)
{
    snprintf(call->tail, sizeof(call->tail), "%s", tail);
}

static bool take_none(const char *name, size_t count, struct text *why)
{
    if (count > 0)
        text_add(why, "%s takes nothing; allowed: %s alone", name, name);
    return count == 0;
}

static bool read_list(char *const *values, size_t count, struct words_call *call, struct text *why)
{
    (void)values;
    call->method = "GET";
    set_tail(call, "/modems");
    return take_none("list", count, why);
}

static bool read_show(char *const *values, size_t count, struct words_call *call, struct text *why)
{
    (void)values;
    call->method = "GET";
    call->is_for_modem = true;
    return take_none("show", count, why);
}

/* NAME=VALUE into the body. */
static bool read_pair(const char *pair, struct words_call *call, struct text *why)
{
    const char *equals = strchr(pair, '=');
    char name[NAME_CAP];

    if (equals == NULL || equals == pair || (size_t)(equals - pair) >= sizeof(name)) {
        text_add(why, "\"%s\" is wrong; allowed: NAME=VALUE", pair);
        return false;
    }
    snprintf(name, sizeof(name), "%.*s", (int)(equals - pair), pair);
    if (strcmp(name, "port") == 0 && strspn(equals + 1, "0123456789") == strlen(equals + 1))
        return json_object_set_new(call->body, name, json_integer(atoi(equals + 1))) == 0;
    if (json_object_set_new(call->body, name, json_string(equals + 1)) == 0)
        return true;
    text_add(why, "\"%s\" is wrong; allowed: UTF-8", pair);
    return false;
}

static bool read_set(char *const *values, size_t count, struct words_call *call, struct text *why)
{
    call->method = "PATCH";
    call->is_for_modem = true;
    call->body = json_object();
    if (count == 0) {
        text_add(why, "set needs NAME=VALUE; allowed:");
        for (size_t i = 0; lab_setting_name(i) != NULL; i++)
            text_add(why, "%s %s", i > 0 ? "," : "", lab_setting_name(i));
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_pair(values[i], call, why))
            return false;
    }
    return true;
}

static bool read_advance(char *const *values, size_t count, struct words_call *call,
                         struct text *why)
{
    call->method = "PATCH";
    call->is_for_modem = true;
    if (count == 1)
        call->body = json_pack("{s:{s:s}}", "clock", "advance", values[0]);
    if (call->body == NULL)
        text_add(why, "advance needs TIME; allowed: one, such as 75s, in ms, s, m, h or d");
    return call->body != NULL;
}

static bool read_journal(char *const *values, size_t count, struct words_call *call,
                         struct text *why)
{
    call->method = "GET";
    call->is_for_modem = true;
    set_tail(call, "/journal");
    if (count == 0)
        return true;
    if (count == 1 && strspn(values[0], "0123456789") == strlen(values[0]) &&
        strlen(values[0]) < NAME_CAP / 4) {
        snprintf(call->tail, sizeof(call->tail), "/journal?after=%s", values[0]);
        return true;
    }
    text_add(why, "journal takes a number; allowed: journal, journal N");
    return false;
}

static bool read_events(char *const *values, size_t count, struct words_call *call,
                        struct text *why)
{
    (void)values;
    call->method = "GET";
    call->follows = true;
    set_tail(call, "/events");
    return take_none("events", count, why);
}

/* JSON of one word. */
static bool read_json(const char *word, struct words_call *call, struct text *why)
{
    json_error_t error;

    call->body = json_loads(word, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(call->body))
        return true;
    text_add(why,
             "\"%.80s\" is no JSON object: %s; allowed: {\"name\": …, \"module\": …, "
             "\"ports\": […]}",
             word, call->body == NULL ? error.text : "it is something else");
    return false;
}

static bool read_add(char *const *values, size_t count, struct words_call *call, struct text *why)
{
    call->method = "POST";
    set_tail(call, "/modems");
    if (count == 1)
        return read_json(values[0], call, why);
    text_add(why, "add needs a modem; allowed: one word of JSON, with the keys of one in a file");
    return false;
}

static bool read_remove(char *const *values, size_t count, struct words_call *call,
                        struct text *why)
{
    (void)values;
    call->method = "DELETE";
    call->is_for_modem = true;
    return take_none("remove", count, why);
}

/* `link gprs`, `link down=50 up=20`, `link none`. */
static bool read_link(char *const *values, size_t count, struct words_call *call, struct text *why)
{
    call->method = "PUT";
    call->is_for_modem = true;
    set_tail(call, "/link");
    if (count == 1 && strcmp(values[0], "none") == 0) {
        call->method = "DELETE";
        return true;
    }
    call->body = json_object();
    for (size_t i = 0; i < count; i++) {
        bool is_name = strchr(values[i], '=') == NULL;

        if (is_name ? json_object_set_new(call->body, "name", json_string(values[i])) != 0
                    : !read_pair(values[i], call, why))
            return false;
    }
    if (count == 0)
        text_add(why,
                 "link needs WORDS; allowed: a name, down=, up=, rtt=, jitter=, loss=, or none");
    return count > 0;
}

static bool is_one_of(const char *pair, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        size_t len = strlen(names[i]);

        if (strncmp(pair, names[i], len) == 0 && pair[len] == '=')
            return true;
    }
    return false;
}

/* Where a pair of a fault belongs: to it, to its "when", or to its attributes. */
static bool read_member(const char *pair, json_t *fault, struct text *why)
{
    static const char *const when[] = { "command", "socket", "phase", NULL };
    static const char *const own[] = {
        "stream", "toxicity", "after", "count", "every", "seed", NULL
    };
    struct words_call part = { .body = json_object_get(fault, "attributes") };

    if (is_one_of(pair, when))
        part.body = json_object_get(fault, "when");
    else if (is_one_of(pair, own))
        part.body = fault;
    return read_pair(pair, &part, why);
}

/* `fault latency latency=2000 socket=1`, `fault none`, `fault none N`. */
static bool read_fault(char *const *values, size_t count, struct words_call *call, struct text *why)
{
    call->method = "POST";
    call->is_for_modem = true;
    set_tail(call, "/faults");
    if (count == 0) {
        text_add(why, "fault needs a type, or none; docs/laboratory.md has them");
        return false;
    }
    if (strcmp(values[0], "none") == 0) {
        call->method = "DELETE";
        if (count > 1 && strspn(values[1], "0123456789") == strlen(values[1]))
            snprintf(call->tail, sizeof(call->tail), "/faults?number=%.20s", values[1]);
        return true;
    }
    call->body = json_pack("{s:s,s:{},s:{}}", "type", values[0], "attributes", "when");
    for (size_t i = 1; i < count && call->body != NULL; i++) {
        if (!read_member(values[i], call->body, why))
            return false;
    }
    return call->body != NULL;
}

static bool read_faults(char *const *values, size_t count, struct words_call *call,
                        struct text *why)
{
    (void)values;
    call->method = "GET";
    call->is_for_modem = true;
    set_tail(call, "/faults");
    return take_none("faults", count, why);
}

static bool read_reset(char *const *values, size_t count, struct words_call *call, struct text *why)
{
    (void)values;
    call->method = "POST";
    set_tail(call, "/reset");
    return take_none("reset", count, why);
}

/* Acts follow. */
static const struct word fixed[] = {
    { "list", "", "all modems, as they are", read_list },
    { "show", "", "the modem", read_show },
    { "set", "NAME=VALUE...", "changes what the modem finds", read_set },
    { "advance", "TIME", "puts its clock on, 75s or so, and all its timers with it", read_advance },
    { "journal", "[N]", "what happened, or that behind the entry N", read_journal },
    { "events", "", "the same of all modems as it happens, an object a line", read_events },
    { "add", "JSON", "opens one more modem", read_add },
    { "remove", "", "closes the modem", read_remove },
    { "link", "WORDS", "puts the modem behind a radio: gprs, down=50 up=20 rtt=500, none",
      read_link },
    { "fault", "TYPE WORDS...", "adds a fault: latency latency=2000 socket=1; none [N] removes",
      read_fault },
    { "faults", "", "those there are, with what they have struck", read_faults },
    { "reset", "", "brings back network, SIM, power and link of all modems, without faults",
      read_reset },
};

enum { FIXED = sizeof(fixed) / sizeof(fixed[0]) };

/* False: a value is missing that must not, and `why` says which, and what it may be. */
static bool has_all(const struct lab_act *act, const json_t *body, struct text *why)
{
    bool good = true;

    for (size_t i = 0; i < act->value_count; i++) {
        const struct lab_rule *rule = &act->values[i];

        if (rule->may_lack || json_object_get(body, rule->name) != NULL)
            continue;
        if (good)
            text_add(why, "%s needs %s: ", act->name, rule->name);
        else
            text_add(why, "; %s: ", rule->name);
        lab_rule_describe(rule, why);
        good = false;
    }
    return good;
}

/* VALUE in the act's order, or NAME=VALUE. */
static bool read_act(const struct lab_act *act, char *const *values, size_t count,
                     struct words_call *call, struct text *why)
{
    call->method = "POST";
    call->is_for_modem = true;
    call->body = json_object();
    snprintf(call->tail, sizeof(call->tail), "/%s", act->name);
    if (count > act->value_count) {
        text_add(why, "%s takes %zu value%s", act->name, act->value_count,
                 act->value_count == 1 ? "" : "s");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = act->values[i].name, *value = values[i];

        for (size_t j = 0; j < act->value_count; j++) {
            size_t len = strlen(act->values[j].name);

            if (strncmp(values[i], act->values[j].name, len) != 0 || values[i][len] != '=')
                continue;
            name = act->values[j].name;
            value = values[i] + len + 1;
        }
        if (json_object_set_new(call->body, name, json_string(value)) != 0) {
            text_add(why, "%s: \"%s\" is wrong; allowed: UTF-8", name, value);
            return false;
        }
    }
    return has_all(act, call->body, why);
}

static bool read_word(const char *name, char *const *values, size_t count, struct words_call *call,
                      struct text *why)
{
    const struct lab_act *act = lab_act_find(span_of(name));

    for (size_t i = 0; i < FIXED; i++) {
        if (strcmp(fixed[i].name, name) == 0)
            return fixed[i].read(values, count, call, why);
    }
    if (act != NULL)
        return read_act(act, values, count, call, why);
    text_add(why, "there is no command %s; allowed:", name);
    for (size_t i = 0; i < FIXED; i++)
        text_add(why, " %s,", fixed[i].name);
    for (size_t i = 0; (act = lab_act_at(i)) != NULL; i++)
        text_add(why, "%s %s", i > 0 ? "," : "", act->name);
    return false;
}

bool words_read(char *const *words, size_t count, struct words_call *ret_call, struct text *why)
{
    struct words_call call = { .tail = "" };
    bool good = read_word(words[0], words + 1, count - 1, &call, why);

    if (good)
        *ret_call = call;
    else
        json_decref(call.body);
    return good;
}

/* What stands for a value: its words, or its name in capitals. */
static void add_value(const struct lab_rule *rule, struct text *text)
{
    for (size_t i = 0; rule->words[i] != NULL; i++)
        text_add(text, "%s%s", i > 0 ? "|" : "", rule->words[i]);
    for (const char *at = rule->name; rule->words[0] == NULL && *at != '\0'; at++)
        text_add_char(text, (char)letter_upper((uint8_t)*at));
}

/* Its values in order, those that may lack in brackets. */
static void add_values(const struct lab_act *act, struct text *text)
{
    for (size_t i = 0; i < act->value_count; i++) {
        text_add(text, act->values[i].may_lack ? " [" : " ");
        add_value(&act->values[i], text);
        text_add(text, act->values[i].may_lack ? "]" : "");
    }
}

bool words_help(size_t index, char *line, size_t cap)
{
    const struct lab_act *act = index >= FIXED ? lab_act_at(index - FIXED) : NULL;
    char memory[HELP_CAP];
    struct text text;

    text_init(&text, memory, sizeof(memory));
    if (index < FIXED) {
        text_add(&text, "%s%s%s", fixed[index].name, fixed[index].values[0] != '\0' ? " " : "",
                 fixed[index].values);
        snprintf(line, cap, "%-28s  %s", memory, fixed[index].help);
        return true;
    }
    if (act == NULL)
        return false;
    text_add(&text, "%s", act->name);
    add_values(act, &text);
    snprintf(line, cap, "%-28s  %s", memory, act->help);
    return true;
}
