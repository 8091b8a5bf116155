/* calls_trouble.c: see calls_trouble.h.  What is allowed stands in base/fault_kinds.c and
 * wrap/link_profile.c. */
#include "control/calls_trouble.h"

#include "base/fault.h"
#include "control/http_server.h"
#include "control/modem_json.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_CAP = 256, VALUE_CAP = 160, SIX_DIGITS = 6 };

const char *const calls_trouble_link_keys[] = {
    "name", "down", "up", "rtt", "jitter", "loss", NULL
};
const char *const calls_trouble_fault_keys[] = { "type", "stream", "toxicity", "attributes",
                                                 "when", "after",  "count",    "every",
                                                 "seed", NULL };
const char *const calls_trouble_when_keys[] = { "command", "socket", "phase", NULL };

/* A text or a number as words have it; false: it is something else, or too long. */
static bool text_of(const json_t *value, char text[VALUE_CAP])
{
    size_t len = json_string_length(value);

    if (json_is_integer(value)) {
        snprintf(text, VALUE_CAP, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        len = (size_t)snprintf(text, VALUE_CAP, "%.*f", SIX_DIGITS, json_real_value(value));
        while (len > 0 && len < VALUE_CAP && text[len - 1] == '0')
            text[--len] = '\0';
        if (len > 0 && len < VALUE_CAP && text[len - 1] == '.')
            text[--len] = '\0';
        return len < VALUE_CAP;
    } else if (json_is_string(value) && len < VALUE_CAP &&
               strlen(json_string_value(value)) == len) {
        memcpy(text, json_string_value(value), len + 1);
    } else {
        return false;
    }
    return true;
}

static void refuse_kind(struct call *call, const char *key)
{
    call_fail(call, HTTP_BAD_REQUEST,
              "%s: this is of a wrong kind, or too long; allowed: a number or a text", key);
}

/* ---- links ---- */

struct link_order {
    struct call *call;
    const char *words; /* NULL: none */
    char why[CALL_WHY_CAP];
    enum err err;
};

static void set_link(void *ctx, size_t index, struct runtime_modem *modem)
{
    struct link_order *order = ctx;
    const struct lab_watch *watch = order->call->modem.watch;

    (void)index;
    hand_remember(order->call->modem.hand, runtime_modem_engine(modem));
    lab_watch_link(watch, span_of(order->words != NULL ? order->words : "none"));
    order->err = hand_set_link(order->call->modem.hand, runtime_modem_engine(modem), order->words,
                               order->why, sizeof(order->why));
    if (order->err != ERR_OK)
        lab_watch_failed(watch);
}

static void put_link(struct call *call, const char *words)
{
    struct link_order order = { .call = call, .words = words };

    journal_control(hand_journal(call->modem.hand), "link %s", words != NULL ? words : "none");
    fleet_visit_one(call->house->fleet, call->modem.index, set_link, &order);
    if (order.err != ERR_OK)
        call_fail(call, call_status_of(order.err), "link: %s",
                  order.why[0] != '\0' ? order.why : err_text(order.err));
    else
        call->answer = modem_json(call->house, &call->modem);
}

/* "gprs,loss=1" of the body; false: the call has failed. */
static bool link_words(struct call *call, struct text *words)
{
    char value[VALUE_CAP];

    for (size_t i = 0; calls_trouble_link_keys[i] != NULL; i++) {
        const char *key = calls_trouble_link_keys[i];
        const json_t *given = json_object_get(call->body, key);

        if (given == NULL)
            continue;
        if (!text_of(given, value) || strchr(value, ',') != NULL) {
            refuse_kind(call, key);
            return false;
        }
        text_add(words, "%s%s%s%s", words->len > 0 ? "," : "", i > 0 ? key : "", i > 0 ? "=" : "",
                 value);
    }
    if (words->len > 0 && !words->cut)
        return true;
    call_fail(call, HTTP_BAD_REQUEST,
              "the body says no link; allowed: name, down, up, rtt, jitter, loss, such as "
              "{\"name\": \"gprs\", \"loss\": 1}");
    return false;
}

void calls_trouble_set_link(struct call *call)
{
    char memory[WORDS_CAP];
    struct text words;

    text_init(&words, memory, sizeof(memory));
    if (call_has_only(call, call->body, calls_trouble_link_keys) && link_words(call, &words))
        put_link(call, memory);
}

void calls_trouble_clear_link(struct call *call)
{
    put_link(call, NULL);
}

/* ---- faults as JSON ---- */

static json_t *when_of(const struct fault *fault)
{
    json_t *when = json_object();

    if (fault->command[0] != '\0')
        json_object_set_new(when, "command", json_string(fault->command));
    if (fault->socket != FAULT_ANY_SOCKET)
        json_object_set_new(when, "socket", json_integer(fault->socket));
    if (fault->phase != FAULT_ANY_PHASE)
        json_object_set_new(when, "phase", json_string(fault_phase_word(fault->phase)));
    return when;
}

static json_t *attributes_of(const struct fault *fault)
{
    const struct fault_kind *kind = fault_kind_at(fault->type);
    json_t *json = json_object();

    for (size_t i = 0; i < FAULT_ATTRIBUTES_MAX && kind->attributes[i].name != NULL; i++) {
        const struct fault_attribute *attribute = &kind->attributes[i];
        json_t *value;

        if (attribute->words == NULL) {
            value = json_integer(fault->attributes[i]);
        } else if (attribute->words[0] == '\0') {
            value = json_string(fault->text);
        } else {
            struct span word = fault_word_at(attribute->words, fault->attributes[i]);

            value = json_stringn((const char *)word.data, word.len);
        }
        json_object_set_new(json, attribute->name, value);
    }
    return json;
}

static json_t *fault_json(const struct tlsmodem_fault_status *status)
{
    const struct fault *fault = &status->fault;
    char words[FAULT_WORDS_MAX];
    json_t *json = json_object();

    fault_write(fault, words);
    json_object_set_new(json, "number", json_integer(status->number));
    json_object_set_new(json, "words", json_string(words));
    json_object_set_new(json, "type", json_string(fault_kind_at(fault->type)->name));
    json_object_set_new(json, "stream",
                        json_string(fault->stream == FAULT_UPSTREAM ? "upstream" : "downstream"));
    json_object_set_new(json, "toxicity", json_real((double)fault->toxicity / FAULT_CERTAIN));
    json_object_set_new(json, "attributes", attributes_of(fault));
    json_object_set_new(json, "when", when_of(fault));
    json_object_set_new(json, "after", json_integer(fault->after));
    json_object_set_new(json, "count", json_integer(fault->count));
    json_object_set_new(json, "every", json_integer(fault->every));
    json_object_set_new(json, "seed", json_integer(fault->seed));
    json_object_set_new(json, "seen", json_integer((json_int_t)status->seen));
    json_object_set_new(json, "struck", json_integer((json_int_t)status->struck));
    return json;
}

static void list_faults(void *ctx, size_t index, struct runtime_modem *modem)
{
    struct tlsmodem_fault_status status;
    json_t *list = ctx;

    (void)index;
    for (size_t i = 0; tlsmodem_fault_at(runtime_modem_engine(modem), i, &status); i++)
        json_array_append_new(list, fault_json(&status));
}

void calls_trouble_list(struct call *call)
{
    json_t *list = json_array();

    fleet_visit_one(call->house->fleet, call->modem.index, list_faults, list);
    call->answer = json_object();
    json_object_set_new(call->answer, "faults", list);
}

/* ---- faults from JSON ---- */

/* Sets each member of an object but those of `others`; false: the call has failed. */
static bool set_members(struct call *call, struct fault *fault, const json_t *members,
                        bool (*is_other)(const char *key))
{
    char value[VALUE_CAP], why[CALL_WHY_CAP];
    const char *key;
    json_t *given;

    json_object_foreach((json_t *)members, key, given)
    {
        if (is_other(key))
            continue;
        if (!text_of(given, value)) {
            refuse_kind(call, key);
            return false;
        }
        if (!fault_set(fault, span_of(key), span_of(value), why, sizeof(why))) {
            call_fail(call, HTTP_BAD_REQUEST, "%s", why);
            return false;
        }
    }
    return true;
}

static bool is_structure(const char *key)
{
    return strcmp(key, "type") == 0 || strcmp(key, "attributes") == 0 || strcmp(key, "when") == 0;
}

static bool is_none(const char *key)
{
    (void)key;
    return false;
}

/* What is a member of the fault itself is no attribute of it. */
static bool are_attributes(struct call *call, const json_t *attributes)
{
    static const char *const *const lists[] = { calls_trouble_fault_keys, calls_trouble_when_keys };

    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; lists[i][j] != NULL; j++) {
            if (json_object_get(attributes, lists[i][j]) == NULL)
                continue;
            call_fail(call, HTTP_BAD_REQUEST, "attributes: %s does not belong there", lists[i][j]);
            return false;
        }
    }
    return true;
}

/* An object, or nothing. */
static bool part(struct call *call, const char *key, const json_t **ret_part)
{
    *ret_part = json_object_get(call->body, key);
    if (*ret_part == NULL || json_is_object(*ret_part))
        return true;
    call_fail(call, HTTP_BAD_REQUEST, "%s: this is of a wrong kind; allowed: an object", key);
    return false;
}

static bool read_fault(struct call *call, struct fault *fault)
{
    const char *type = json_string_value(json_object_get(call->body, "type"));
    const json_t *attributes, *when;
    char why[CALL_WHY_CAP];

    if (!call_has_only(call, call->body, calls_trouble_fault_keys) ||
        !part(call, "attributes", &attributes) || !part(call, "when", &when) ||
        !call_has_only(call, when, calls_trouble_when_keys) || !are_attributes(call, attributes))
        return false;
    if (!fault_begin(span_of(type != NULL ? type : ""), fault, why, sizeof(why))) {
        call_fail(call, HTTP_BAD_REQUEST, "%s", why);
        return false;
    }
    if (!set_members(call, fault, attributes, is_none) ||
        !set_members(call, fault, when, is_none) ||
        !set_members(call, fault, call->body, is_structure))
        return false;
    if (fault_check(fault, why, sizeof(why)))
        return true;
    call_fail(call, HTTP_BAD_REQUEST, "%s", why);
    return false;
}

struct fault_order {
    struct call *call;
    struct fault fault;
    uint32_t number;
    json_t *answer;
    enum err err;
};

static void add_fault(void *ctx, size_t index, struct runtime_modem *modem)
{
    struct fault_order *order = ctx;
    const struct lab_watch *watch = order->call->modem.watch;
    struct tlsmodem *engine = runtime_modem_engine(modem);
    struct tlsmodem_fault_status status;
    char words[FAULT_WORDS_MAX];

    (void)index;
    fault_write(&order->fault, words);
    hand_remember(order->call->modem.hand, engine);
    lab_watch_fault(watch, span_of(words));
    order->err = tlsmodem_add_fault(engine, &order->fault, &order->number);
    if (order->err != ERR_OK)
        lab_watch_failed(watch);
    for (size_t i = 0; order->err == ERR_OK && tlsmodem_fault_at(engine, i, &status); i++) {
        if (status.number == order->number)
            order->answer = fault_json(&status);
    }
}

void calls_trouble_add(struct call *call)
{
    struct fault_order order = { .call = call };
    char words[FAULT_WORDS_MAX];

    if (!read_fault(call, &order.fault))
        return;
    fault_write(&order.fault, words);
    journal_control(hand_journal(call->modem.hand), "fault %s", words);
    fleet_visit_one(call->house->fleet, call->modem.index, add_fault, &order);
    if (order.err != ERR_OK) {
        call_fail(call, call_status_of(order.err), "fault: %s", err_text(order.err));
        return;
    }
    call->answer = order.answer;
    call->status = HTTP_CREATED;
}

/* The words know no single one: all end, and those that stay begin anew. */
static void watch_removal(const struct lab_watch *watch, const struct tlsmodem *engine)
{
    struct tlsmodem_fault_status status;
    char words[FAULT_WORDS_MAX];

    lab_watch_fault(watch, span_of("none"));
    for (size_t i = 0; tlsmodem_fault_at(engine, i, &status); i++) {
        fault_write(&status.fault, words);
        lab_watch_fault(watch, span_of(words));
    }
}

static void remove_fault(void *ctx, size_t index, struct runtime_modem *modem)
{
    struct fault_order *order = ctx;
    struct tlsmodem *engine = runtime_modem_engine(modem);

    (void)index;
    hand_remember(order->call->modem.hand, engine);
    order->err = tlsmodem_remove_fault(engine, order->number);
    if (order->err == ERR_OK)
        watch_removal(order->call->modem.watch, engine);
    if (order->number == 0 && order->err == ERR_NOT_FOUND)
        order->err = ERR_OK;
}

void calls_trouble_remove(struct call *call)
{
    struct fault_order order = { .call = call, .number = (uint32_t)call->argument };

    if (call->argument > UINT32_MAX || (call->has_argument && call->argument == 0))
        order.err = ERR_NOT_FOUND;
    else
        fleet_visit_one(call->house->fleet, call->modem.index, remove_fault, &order);
    journal_control(hand_journal(call->modem.hand), "fault none");
    if (order.err != ERR_OK)
        call_fail(call, call_status_of(order.err),
                  "number: there is no such fault; GET (tlsmodem ctl faults) shows those there "
                  "are");
    else
        calls_trouble_list(call);
}
