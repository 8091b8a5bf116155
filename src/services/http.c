/* http.c: one HTTP exchange: its states, its connection, its times.  The request is put together in
 * http_request.c, the response taken apart in http_response.c. */
#include "services/http.h"

#include "services/http_internal.h"

#include "base/wipe.h"

static const char *const state_names[] = {
#define HTTP_STATE_NAME(name) [name] = #name,
    HTTP_STATES(HTTP_STATE_NAME)
#undef HTTP_STATE_NAME
};

static const char *const error_texts[] = {
#define HTTP_ERROR_TEXT(name, text) [name] = text,
    HTTP_ERRORS(HTTP_ERROR_TEXT)
#undef HTTP_ERROR_TEXT
};

void http_enter(struct http *http, enum http_state next)
{
    log_trace(http->world->log, TRACE_SOCKET, "http %d: %s -> %s", http->id,
              state_names[http->state], state_names[next]);
    http->state = next;
}

int64_t http_now_ms(const struct http *http)
{
    return http->world->now_ms(http->world->ctx);
}

void http_close_all(struct http *http)
{
    connection_close(&http->connection);
    http->deadline_ms = CLOCK_NEVER;
    http->continue_until_ms = CLOCK_NEVER;
    http->body = span_at(NULL, 0);
    http->input_at = http->input_len = 0;
    http->output_at = http->output_len = 0;
    wipe(http->input, sizeof(http->input));
    wipe(http->output, sizeof(http->output));
}

void http_stop(struct http *http)
{
    http_close_all(http);
    if (http->state != HTTP_IDLE)
        http_enter(http, HTTP_IDLE);
}

/* What the connection has not said in the log already. */
static void say(const struct http *http, enum http_error error)
{
    if (error == HTTP_DNS || error == HTTP_CONNECT || error == HTTP_TLS)
        return;
    log_say(http->world->log, LOG_WARNING, "http %d: %s port %u: %s", http->id, http->url.host,
            (unsigned)http->url.port, error_texts[error]);
}

/* The end by failure, without telling. */
void http_break_off(struct http *http, enum http_error error)
{
    say(http, error);
    http_close_all(http);
    http->error = error;
    http_enter(http, HTTP_FAILED);
}

void http_fail(struct http *http, enum http_error error)
{
    bool responded = http->state == HTTP_RESPONDED;

    http_break_off(http, error);
    if (responded)
        http->events->on_readable(http->ctx);
    else
        http->events->on_failed(http->ctx, error);
}

/* ---- opening ---- */

static enum http_error opening_error(const struct http *http)
{
    switch (http->failure.during) {
    case CONNECTION_CONNECTING:
        return HTTP_CONNECT;
    case CONNECTION_HANDSHAKING:
        return HTTP_TLS;
    case CONNECTION_CLOSED:
        return http->failure.tls.reason != TLS_FINE ? HTTP_TLS : HTTP_DNS;
    case CONNECTION_RESOLVING:
    case CONNECTION_LISTENING:
    case CONNECTION_OPEN:
    case CONNECTION_ENDED:
        break;
    }
    return HTTP_DNS;
}

static enum err open_with(void *ctx, const struct tls_config *tls)
{
    struct http *http = ctx;
    struct connection_target target = {
        .host = http->url.host,
        .port = http->url.port,
        .transport = NET_TCP,
        .step_timeout_ms = http->request.connect_timeout_ms,
        .tls = tls,
    };

    return connection_open(&http->connection, &target, &http->failure);
}

enum http_error http_open_connection(struct http *http)
{
    enum err err;

    http->failure = (struct connection_failure){ .tls = { .reason = TLS_INTERNAL } };
    if (!http->url.secure)
        err = open_with(http, NULL);
    else if (http->tls.lend != NULL)
        err = http->tls.lend(http->tls.ctx, open_with, http);
    else
        return HTTP_INVALID;
    if (err != ERR_OK)
        return opening_error(http);
    http_parser_init(&http->parser, http->request.method == HTTP_HEAD);
    http->has_next_url = false;
    http->next_url_bad = false;
    http->input_at = http->input_len = 0;
    http_enter(http, HTTP_OPENING);
    return HTTP_FINE;
}

enum http_error http_start(struct http *http, const struct http_request *request)
{
    enum http_error error = HTTP_INVALID;

    http_stop(http);
    http->url = (struct http_url){ .port = 0 };
    http->request = *request;
    http->request.url = span_at(NULL, 0); /* not ours to keep */
    http->redirects = 0;
    http->foreign = false;
    http->body_dropped = false;
    if (http_url_parse(request->url, &http->url) == ERR_OK &&
        http_headers_are_valid(request->headers))
        error = http_open_connection(http);
    if (error != HTTP_FINE) {
        http_break_off(http, error);
        return error;
    }
    http->deadline_ms = http_now_ms(http) + request->response_timeout_ms;
    return HTTP_FINE;
}

/* ---- events of the connection ---- */

static void on_open(void *ctx)
{
    struct http *http = ctx;

    http_enter(http, HTTP_EXCHANGING);
    if (http->events->on_connected != NULL)
        http->events->on_connected(http->ctx);
    http_begin_request(http);
    if (!http_send(http))
        http_fail(http, HTTP_SEND);
}

static void on_failed(void *ctx, const struct connection_failure *failure)
{
    struct http *http = ctx;

    http->failure = *failure;
    http_fail(http, opening_error(http));
}

static void on_data(void *ctx)
{
    struct http *http = ctx;

    if (http->state == HTTP_EXCHANGING) {
        http_take_head(http);
    } else if (http->state == HTTP_RESPONDED) {
        http->dry = false;
        http->deadline_ms = CLOCK_NEVER;
        http->events->on_readable(http->ctx);
        http_rest_unless_dry(http);
    }
}

static void on_writable(void *ctx)
{
    struct http *http = ctx;

    if (http->state == HTTP_EXCHANGING && !http_send(http))
        http_fail(http, HTTP_SEND);
}

static const struct connection_events connection_events = {
    .on_open = on_open,
    .on_failed = on_failed,
    .on_data = on_data,
    .on_writable = on_writable,
};

void http_init(struct http *http, int id, const struct connection_world *world,
               const struct http_events *events, void *ctx, const struct tls_source *tls)
{
    memset(http, 0, offsetof(struct http, url));
    http->world = world;
    http->events = events;
    http->ctx = ctx;
    http->id = id;
    http->url.host[0] = '\0';
    if (tls != NULL)
        http->tls = *tls;
    http->deadline_ms = CLOCK_NEVER;
    http->continue_until_ms = CLOCK_NEVER;
    connection_init(&http->connection, id, world, &connection_events, http, 0);
}

void http_resume(struct http *http)
{
    if (http->state == HTTP_EXCHANGING && !http_send(http))
        http->deadline_ms = http_now_ms(http); /* http_tick() reports it, from the loop */
}

int http_status(const struct http *http)
{
    return http->parser.status;
}

int64_t http_length(const struct http *http)
{
    return http->parser.length;
}

enum http_error http_failure(const struct http *http)
{
    return http->error;
}

void http_set_idle_timeout(struct http *http, int64_t timeout_ms)
{
    http->request.idle_timeout_ms = timeout_ms;
}

bool http_is_busy(const struct http *http)
{
    return http->state == HTTP_OPENING || http->state == HTTP_EXCHANGING ||
           http->state == HTTP_RESPONDED;
}

int64_t http_deadline(const struct http *http)
{
    return time_earlier(connection_deadline(&http->connection),
                        time_earlier(http->deadline_ms, http->continue_until_ms));
}

void http_tick(struct http *http)
{
    struct connection_failure failure;

    connection_tick(&http->connection);
    if (http_now_ms(http) >= http->continue_until_ms) {
        http->continue_until_ms = CLOCK_NEVER; /* a server that never says so: RFC 9110 §10.1.1 */
        on_writable(http);
    }
    if (http_now_ms(http) >= http->deadline_ms)
        http_fail(http,
                  connection_has_ended(&http->connection, &failure) ? HTTP_SEND : HTTP_TIMEOUT);
}
