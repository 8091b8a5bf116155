/* openapi.c: see openapi.h. */
#include "control/openapi.h"

#include "base/fault_kinds.h"
#include "control/routes.h"
#include "laboratory/setting.h"
#include "tlsmodem.h"
#include "wrap/link_profile.h"

#include <stdio.h>
#include <string.h>

enum { KEY_CAP = 16, WORDS_CAP = 300 };

static void set(json_t *json, const char *key, const char *text)
{
    json_object_set_new(json, key, json_string(text));
}

static json_t *reference(const char *schema)
{
    return json_pack("{s:o}", "$ref", json_sprintf("#/components/schemas/%s", schema));
}

static json_t *content(const char *type, json_t *schema)
{
    return json_pack("{s:{s:o}}", type, "schema", schema);
}

/* ---- values ---- */

static json_t *words_of(const struct lab_rule *rule)
{
    json_t *list = json_array();

    for (size_t i = 0; rule->words[i] != NULL; i++)
        json_array_append_new(list, json_string(rule->words[i]));
    return list;
}

static json_t *schema_of(const struct lab_rule *rule)
{
    json_t *json = json_object();
    char words[WORDS_CAP];
    struct text text;

    switch (rule->kind) {
    case LAB_FLAG:
        set(json, "type", "boolean");
        break;
    case LAB_NUMBER:
        set(json, "type", "integer");
        json_object_set_new(json, "minimum", json_integer(0));
        json_object_set_new(json, "maximum",
                            json_integer(rule->also > rule->max ? rule->also : rule->max));
        break;
    case LAB_WORD:
    case LAB_TEXT:
    case LAB_TIME:
        set(json, "type", "string");
        break;
    }
    if (rule->kind == LAB_WORD)
        json_object_set_new(json, "enum", words_of(rule));
    text_init(&text, words, sizeof(words));
    lab_rule_describe(rule, &text);
    set(json, "description", words);
    return json;
}

/* The settings of a modem, as a change takes them. */
static json_t *settings_schema(void)
{
    json_t *members = json_object();
    const struct lab_rule *rule;

    for (size_t i = 0; (rule = lab_setting_at(i)) != NULL; i++)
        json_object_set_new(members, rule->name, schema_of(rule));
    json_object_set_new(
        members, "clock",
        json_pack("{s:[{s:s,s:s},{s:s,s:b,s:[s],s:{s:{s:s,s:s}}}]}", "oneOf", "type", "string",
                  "description", "a time like 2026-05-01T12:00:00Z", "type", "object",
                  "additionalProperties", 0, "required", "advance", "properties", "advance", "type",
                  "string", "description",
                  "puts the clock on by so much, 0 to 31 days in ms, s, m, h or d; every timer of "
                  "the modem moves with it"));
    json_object_set_new(members, "port",
                        json_pack("{s:s,s:i,s:s}", "type", "integer", "minimum", 1, "description",
                                  "whose circuits are meant, 1 unless given"));
    return json_pack("{s:s,s:b,s:o}", "type", "object", "additionalProperties", 0, "properties",
                     members);
}

static json_t *act_schema(const struct lab_act *act)
{
    json_t *members = json_object(), *needed = json_array();
    json_t *json;

    for (size_t i = 0; i < act->value_count; i++) {
        json_object_set_new(members, act->values[i].name, schema_of(&act->values[i]));
        if (!act->values[i].may_lack)
            json_array_append_new(needed, json_string(act->values[i].name));
    }
    json = json_pack("{s:s,s:b,s:o}", "type", "object", "additionalProperties", 0, "properties",
                     members);
    if (json_array_size(needed) > 0)
        json_object_set(json, "required", needed);
    json_decref(needed);
    return json;
}

static json_t *body_of(const struct route *route)
{
    json_t *schema = NULL;

    switch (route->body) {
    case ROUTE_NO_BODY:
        return NULL;
    case ROUTE_SETTINGS:
        schema = reference("Settings");
        break;
    case ROUTE_MODEM:
        schema = json_pack("{s:s,s:s}", "type", "object", "description",
                           "the keys of a modem in a file (docs/configuration.md)");
        break;
    case ROUTE_ACT:
        schema = act_schema(route->act);
        break;
    case ROUTE_LINK:
        schema = reference("Link");
        break;
    case ROUTE_FAULT:
        schema = reference("Fault");
        break;
    }
    return json_pack("{s:o}", "content", content("application/json", schema));
}

/* ---- answers ---- */

static const char *meaning_of(unsigned code)
{
    switch (code) {
    case 200:
    case 201:
        return "Done.";
    case 400:
        return "The body is wrong; nothing was changed.";
    case 401:
        return "The token is missing or wrong.";
    case 403:
        return "Another Host or Origin than this port's.";
    case 404:
        return "There is no such modem.";
    case 409:
        return "Not possible in this state.";
    case 413:
        return "The body is longer than 65536 bytes.";
    default:
        return "Too many, or the modems do not answer now.";
    }
}

static bool is_stream(const struct route *route)
{
    return strcmp(route->path, "/v1/events") == 0;
}

static const char *schema_name(const struct route *route)
{
    if (strstr(route->path, "/faults") != NULL)
        return strcmp(route->method, "POST") == 0 ? "Fault" : "Faults";
    if (strcmp(route->method, "DELETE") == 0 && strstr(route->path, "/link") == NULL)
        return "Removed";
    if (strstr(route->path, "/journal") != NULL)
        return "Journal";
    if (strcmp(route->path, "/v1/reset") == 0 ||
        (strcmp(route->path, "/v1/modems") == 0 && strcmp(route->method, "GET") == 0))
        return "Modems";
    return "Modem";
}

static void add_answer(json_t *answers, const struct route *route, unsigned code)
{
    json_t *answer = json_pack("{s:s}", "description", meaning_of(code));
    bool good = code < 300;
    char key[KEY_CAP];

    snprintf(key, sizeof(key), "%u", code);
    if (good && is_stream(route))
        json_object_set_new(answer, "content",
                            content("text/event-stream", json_pack("{s:s}", "type", "string")));
    else
        json_object_set_new(
            answer, "content",
            content("application/json", reference(good ? schema_name(route) : "Error")));
    json_object_set_new(answers, key, answer);
}

static json_t *answers_of(const struct route *route)
{
    json_t *answers = json_object();

    for (size_t i = 0; i < ROUTE_ANSWERS_MAX && route->answers[i] != 0; i++)
        add_answer(answers, route, route->answers[i]);
    add_answer(answers, route, 401);
    add_answer(answers, route, 403);
    if (strcmp(route->method, "GET") != 0)
        add_answer(answers, route, 413);
    return answers;
}

/* ---- routes ---- */

static json_t *parameters_of(const struct route *route)
{
    json_t *list = json_array();

    if (strstr(route->path, "{name}") != NULL)
        json_array_append_new(list, json_pack("{s:s,s:s,s:b,s:{s:s},s:s}", "name", "name", "in",
                                              "path", "required", 1, "schema", "type", "string",
                                              "description", "of the modem, as ready: has it"));
    if (route->argument != NULL)
        json_array_append_new(list, json_pack("{s:s,s:s,s:{s:s},s:s}", "name", route->argument,
                                              "in", "query", "schema", "type", "string",
                                              "description", route->argument_means));
    return list;
}

static json_t *operation_of(const struct route *route)
{
    json_t *json = json_pack("{s:s,s:o,s:o}", "summary", route->summary, "parameters",
                             parameters_of(route), "responses", answers_of(route));
    json_t *body = body_of(route);

    if (body != NULL)
        json_object_set_new(json, "requestBody", body);
    return json;
}

static json_t *paths(void)
{
    json_t *json = json_object();
    struct route route;

    for (size_t i = 0; route_at(i, &route); i++) {
        json_t *at = json_object_get(json, route.path);
        char method[KEY_CAP];
        size_t len = 0;

        for (; route.method[len] != '\0' && len + 1 < sizeof(method); len++)
            method[len] = (char)(route.method[len] - 'A' + 'a');
        method[len] = '\0';
        if (at == NULL) {
            json_object_set_new(json, route.path, json_object());
            at = json_object_get(json, route.path);
        }
        json_object_set_new(at, method, operation_of(&route));
    }
    return json;
}

/* ---- links and faults ---- */

static json_t *link_schema(void)
{
    json_t *names = json_array();

    for (size_t i = 0; link_known_at(i) != NULL; i++)
        json_array_append_new(names, json_string(link_known_at(i)->name));
    return json_pack("{s:s,s:b,s:s,s:{s:{s:s,s:o},s:{s:s},s:{s:s},s:{s:s},s:{s:s},s:{s:s}}}",
                     "type", "object", "additionalProperties", 0, "description",
                     "kbit/s, kbit/s, ms, ms, per cent; what is left out is as the name has it, or "
                     "unlimited, or 0",
                     "properties", "name", "type", "string", "enum", names, "down", "type",
                     "number", "up", "type", "number", "rtt", "type", "number", "jitter", "type",
                     "number", "loss", "type", "number");
}

static json_t *fault_schema(void)
{
    json_t *types = json_array(), *phases = json_array();

    for (size_t i = 0; fault_kind_at(i) != NULL; i++)
        json_array_append_new(types, json_string(fault_kind_at(i)->name));
    for (size_t i = 0; fault_phase_word(i) != NULL; i++)
        json_array_append_new(phases, json_string(fault_phase_word(i)));
    return json_pack(
        "{s:s,s:[s],s:s,s:{s:{s:s,s:o},s:{s:s,s:[s,s]},s:{s:s},s:{s:s},s:{s:s,s:{s:{s:s},s:{s:s},s:"
        "{s:s,s:o}}},s:{s:s},s:{s:s},s:{s:s},s:{s:s}}}",
        "type", "object", "required", "type", "description",
        "types, attributes and units: docs/laboratory.md; an answer has number, words, seen and "
        "struck, too",
        "properties", "type", "type", "string", "enum", types, "stream", "type", "string", "enum",
        "downstream", "upstream", "toxicity", "type", "number", "attributes", "type", "object",
        "when", "type", "object", "properties", "command", "type", "string", "socket", "type",
        "integer", "phase", "type", "string", "enum", phases, "after", "type", "integer", "count",
        "type", "integer", "every", "type", "integer", "seed", "type", "integer");
}

/* An object whose members may be more. */
static json_t *loose(const char *words)
{
    return json_pack("{s:s,s:s}", "type", "object", "description", words);
}

static json_t *schemas(void)
{
    return json_pack(
        "{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "Error",
        json_pack("{s:s,s:[s],s:{s:{s:s}}}", "type", "object", "required", "error", "properties",
                  "error", "type", "string"),
        "Settings", settings_schema(), "Modem",
        loose("name, module, maker, product, on, registered, the settings that a change takes, "
              "contexts, call, messages, unread, and ports with place, dtr, dcd, dsr, ri"),
        "Modems", loose("modems: a list of Modem"), "Journal",
        loose(
            "modem, entries with number, time, ms by the modem's clock, kind, port, text and what "
            "came of it; last and lost"),
        "Removed", loose("removed: the name"), "Link", link_schema(), "Fault", fault_schema(),
        "Faults", loose("faults: a list of Fault"));
}

json_t *openapi_json(void)
{
    return json_pack("{s:s,s:{s:s,s:s,s:s},s:[{s:[]}],s:o,s:{s:o,s:{s:{s:s,s:s}}}}", "openapi",
                     "3.0.3", "info", "title", "tlsmodem control", "version", TLSMODEM_VERSION,
                     "description",
                     "The control port of tlsmodem (--control).  Over TCP each call carries the "
                     "token.  A call is "
                     "answered with 503 while the modems do not answer.",
                     "security", "bearer", "paths", paths(), "components", "schemas", schemas(),
                     "securitySchemes", "bearer", "type", "http", "scheme", "bearer");
}
