/* control.c: see control.h.  In the web server's thread, but for opening and closing. */
#include "control/control.h"

#include "control/http_server.h"
#include "control/openapi.h"
#include "control/page.h"
#include "control/work.h"
#include "posix/tcp_host.h"
#include "posix/unix_socket.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALL_MS = 10 * 1000, WHY_CAP = 80 };

static const char type_of_json[] = "application/json";

struct control {
    struct control_config config;
    struct work_desk desk;
    struct unix_socket_file file;
    struct http_server *server;
    atomic_bool is_ready;
};

/* ---- answers ---- */

static void put_json(struct http_answer *answer, unsigned status, json_t *json)
{
    char *text = json_dumps(json, JSON_PRESERVE_ORDER);

    answer->status = status;
    answer->type = type_of_json;
    if (text == NULL || bytes_copy(&answer->body, span_of(text)) != ERR_OK ||
        bytes_add(&answer->body, span_of("\n"), SIZE_MAX) != ERR_OK)
        answer->status = HTTP_FAILED;
    free(text);
    json_decref(json);
}

static void put_error(struct http_answer *answer, unsigned status, const char *why)
{
    json_t *json = json_object();

    json_object_set_new(json, "error", json_string(why));
    put_json(answer, status, json);
}

/* ---- calls ---- */

/* False: the answer says what is wrong. */
static bool read_body(const struct http_request *request, struct call *call,
                      struct http_answer *answer)
{
    if (http_request_is_cut(request))
        put_error(answer, HTTP_TOO_LARGE, "the body is too long; allowed: 65536 bytes");
    else if (call_read_body(call, http_request_body(request)))
        return true;
    else
        put_json(answer, call->status, call->answer);
    return false;
}

static bool find_route(const struct http_request *request, struct route *ret_route,
                       struct call *call, struct http_answer *answer)
{
    if (route_find(http_request_method(request), http_request_path(request), ret_route, call->name,
                   answer->allow, sizeof(answer->allow)))
        return true;
    if (answer->allow[0] != '\0')
        put_error(answer, HTTP_NO_METHOD, "that method is not for this address");
    else
        put_error(answer, HTTP_NOT_FOUND,
                  "there is no such address; GET /v1/openapi.json shows those there are");
    return false;
}

/* False: what stands there is no number, and the answer says so. */
static bool read_argument(const struct http_request *request, const struct route *route,
                          struct call *call, struct http_answer *answer)
{
    const char *text =
        route->argument != NULL ? http_request_argument(request, route->argument) : NULL;

    char why[WHY_CAP];

    if (text == NULL || strcmp(route->argument, "modem") == 0)
        return true;
    call->has_argument = text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
    if (call->has_argument)
        call->argument = strtoull(text, NULL, 10);
    if (!call->has_argument) {
        snprintf(why, sizeof(why), "%s: it is no number; allowed: digits", route->argument);
        put_error(answer, HTTP_BAD_REQUEST, why);
    }
    return call->has_argument;
}

static void begin_stream(struct control *control, const struct call *call,
                         struct http_answer *answer)
{
    if (!http_server_has_stream(control->server)) {
        put_error(answer, HTTP_UNAVAILABLE, "too many streams of events are open; allowed: 8");
        return;
    }
    answer->status = HTTP_OK;
    answer->type = "text/event-stream";
    answer->goes_on = true;
    answer->tag = call->tag;
    bytes_copy(&answer->body, span_of(": events\n\n"));
}

static void answer_call(struct control *control, const struct http_request *request,
                        struct http_answer *answer)
{
    struct call call = { .argument = 0 };
    const char *modem = http_request_argument(request, "modem");
    struct route route;

    if (!find_route(request, &route, &call, answer) ||
        !read_argument(request, &route, &call, answer) || !read_body(request, &call, answer))
        return;
    if (modem != NULL && call.name[0] == '\0')
        snprintf(call.name, sizeof(call.name), "%s", modem);
    if (!atomic_load(&control->is_ready)) {
        json_decref(call.body);
        put_error(answer, HTTP_UNAVAILABLE, "the modems are not open yet");
        return;
    }
    if (!work_do(&control->desk, &route, &call, CALL_MS))
        put_error(answer, HTTP_UNAVAILABLE, "the modems do not answer now");
    else if (call.goes_on)
        begin_stream(control, &call, answer);
    else
        put_json(answer, call.status, call.answer);
}

/* ---- who asks ---- */

static void refuse(struct http_answer *answer, enum gate_verdict verdict)
{
    put_error(answer, verdict == GATE_NO_TOKEN ? HTTP_UNAUTHORIZED : HTTP_FORBIDDEN,
              gate_reason(verdict));
}

/* The page itself knows nothing: the token is asked for by the calls that it makes. */
static const struct page_file *page_of(const struct http_request *request)
{
    return strcmp(http_request_method(request), "GET") == 0 ? page_find(http_request_path(request))
                                                            : NULL;
}

static void put_file(struct http_answer *answer, const struct page_file *file)
{
    answer->status = HTTP_OK;
    answer->type = file->type;
    answer->policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    if (bytes_copy(&answer->body, span_at(file->bytes, file->len)) != ERR_OK)
        answer->status = HTTP_FAILED;
}

static void answer_request(void *ctx, const struct http_request *request,
                           struct http_answer *answer)
{
    struct control *control = ctx;
    const struct gate_signs signs = { .host = http_request_header(request, "Host"),
                                      .origin = http_request_header(request, "Origin"),
                                      .authorization =
                                          http_request_header(request, "Authorization") };
    const struct page_file *file = page_of(request);
    enum gate_verdict verdict = file != NULL ? gate_shows(&control->config.gate, &signs)
                                             : gate_admits(&control->config.gate, &signs);

    if (verdict != GATE_LETS_IN)
        refuse(answer, verdict);
    else if (file != NULL)
        put_file(answer, file);
    else if (strcmp(http_request_path(request), OPENAPI_PATH) == 0 &&
             strcmp(http_request_method(request), "GET") == 0)
        put_json(answer, HTTP_OK, openapi_json());
    else
        answer_call(control, request, answer);
}

/* ---- opening ---- */

static enum err listen_at(struct control *control, struct port_failure *ret_failure)
{
    const struct port_spec *at = control->config.at;
    char label[PORT_LABEL_CAP];
    enum err err;
    int fd;

    if (at->kind == PORT_UNIX)
        err = unix_socket_bind(at->where, ret_failure, &fd, &control->file);
    else
        err = tcp_host_bind(at, "control", label, ret_failure, &fd);
    if (err != ERR_OK)
        return err;
    err = http_server_open(fd, answer_request, control, &control->server);
    if (err != ERR_OK)
        return port_fail(ret_failure, err, "cannot be asked at %s: %s", at->where, err_text(err));
    return ERR_OK;
}

enum err control_open(const struct control_config *config, struct port_failure *ret_failure,
                      struct control **ret_control)
{
    struct control *control = calloc(1, sizeof(*control));
    enum err err;

    if (control == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    control->config = *config;
    work_desk_open(&control->desk, &control->config.house);
    err = listen_at(control, ret_failure);
    if (err != ERR_OK) {
        control_stop(control);
        control_close(control);
        return err;
    }
    *ret_control = control;
    return ERR_OK;
}

void control_set_ready(struct control *control)
{
    atomic_store(&control->is_ready, true);
}

bool control_is_heard(void *ctx)
{
    const struct control *control = ctx;

    return http_server_is_heard(control->server);
}

void control_tell(void *ctx, uint64_t number, struct span event)
{
    const struct control *control = ctx;

    http_server_tell(control->server, number, event);
}

void control_stop(struct control *control)
{
    work_desk_shut(&control->desk);
    if (control->server != NULL)
        http_server_stop(control->server);
    work_desk_close(&control->desk);
    unix_socket_remove(control->config.at->where, &control->file);
}

void control_close(struct control *control)
{
    if (control == NULL)
        return;
    http_server_close(control->server);
    free(control);
}
