/* call.c: see call.h. */
#include "control/call.h"

#include "control/http_server.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void call_fail(struct call *call, unsigned status, const char *format, ...)
{
    char why[CALL_WHY_CAP];
    json_t *text;
    va_list args;

    va_start(args, format);
    vsnprintf(why, sizeof(why), format, args);
    va_end(args);
    text = json_string(why);
    if (text == NULL) /* bytes of the client's that are no UTF-8 */
        text = json_string("wrong");
    json_decref(call->answer);
    call->answer = json_object();
    json_object_set_new(call->answer, "error", text);
    call->status = status;
}

bool call_read_body(struct call *call, struct span body)
{
    json_error_t error;

    if (body.len == 0)
        return true;
    call->body = json_loadb((const char *)body.data, body.len, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(call->body))
        return true;
    if (call->body != NULL)
        call_fail(call, HTTP_BAD_REQUEST, "the body is no object; allowed: one of JSON (RFC 8259)");
    else
        call_fail(call, HTTP_BAD_REQUEST,
                  "the body is no JSON: line %d, column %d: %s; allowed: an object of JSON "
                  "(RFC 8259)",
                  error.line, error.column, error.text);
    json_decref(call->body);
    call->body = NULL;
    return false;
}

static bool find(struct call *call)
{
    const struct house *house = call->house;
    size_t count = house->ops->count(house->ctx);

    for (call->number = 0; call->number < count; call->number++) {
        call->modem = house->ops->at(house->ctx, call->number);
        if (strcmp(call->modem.name, call->name) == 0)
            return true;
    }
    call_fail(call, HTTP_NOT_FOUND,
              "there is no modem \"%s\"; GET /v1/modems (tlsmodem ctl list) shows those there are",
              call->name);
    return false;
}

void call_perform(struct call *call, void (*answer)(struct call *call))
{
    if (call->name[0] == '\0' || find(call))
        answer(call);
}

unsigned call_status_of(enum err err)
{
    switch (err) {
    case ERR_OK:
        return HTTP_OK;
    case ERR_INVALID:
        return HTTP_BAD_REQUEST;
    case ERR_STATE:
    case ERR_BUSY:
    case ERR_FULL:
        return HTTP_CONFLICT;
    case ERR_NOT_FOUND:
        return HTTP_NOT_FOUND;
    default:
        return HTTP_FAILED;
    }
}

static bool is_one_of(const char *key, const char *const *keys)
{
    while (*keys != NULL && strcmp(*keys, key) != 0)
        keys++;
    return *keys != NULL;
}

bool call_has_only(struct call *call, const json_t *object, const char *const *keys)
{
    char memory[CALL_WHY_CAP];
    struct text list;
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)object, key, value)
    {
        if (is_one_of(key, keys))
            continue;
        text_init(&list, memory, sizeof(memory));
        for (size_t i = 0; keys[i] != NULL; i++)
            text_add(&list, "%s%s", i > 0 ? ", " : "", keys[i]);
        call_fail(call, HTTP_BAD_REQUEST, "\"%.80s\" is no key of this call; allowed: %s", key,
                  keys[0] != NULL ? memory : "none");
        return false;
    }
    return true;
}
