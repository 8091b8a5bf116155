/* http_state.c: the states of an exchange, how it is opened, and its end. */
#include "services/http_internal.h"

#include "base/wipe.h"

#include <assert.h>

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
    connection_deinit(&http->connection);
    http->deadline_ms = CLOCK_NEVER;
    http->continue_until_ms = CLOCK_NEVER;
    http->body = span_at(NULL, 0);
    http->input_at = http->input_len = 0;
    wipe(http->input, sizeof(http->input));
    outbox_clear(&http->outbox);
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
    log_say(http->world->log, LOG_WARNING, "http: %s port %u: %s", http->url.host,
            (unsigned)http->url.port, error_texts[error]);
}

/* The end by failure, without telling. */
void http_break_off(struct http *http, enum http_error error)
{
    assert(error != HTTP_FINE);
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

enum http_error http_opening_error(const struct http *http)
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

    assert(http->request.response_timeout_ms > 0 && http->request.idle_timeout_ms > 0);
    http->failure = (struct connection_failure){ .tls = { .reason = TLS_INTERNAL } };
    if (!http->url.secure)
        err = open_with(http, NULL);
    else if (http->tls.lend != NULL)
        err = http->tls.lend(http->tls.ctx, open_with, http);
    else
        return HTTP_INVALID;
    if (err != ERR_OK)
        return http_opening_error(http);
    http_parser_init(&http->parser, http->request.method == HTTP_HEAD);
    http->has_next_url = false;
    http->next_url_bad = false;
    http->input_at = http->input_len = 0;
    http_enter(http, HTTP_OPENING);
    return HTTP_FINE;
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
    assert(timeout_ms > 0);
    http->request.idle_timeout_ms = timeout_ms;
}

bool http_is_busy(const struct http *http)
{
    return http->state == HTTP_OPENING || http->state == HTTP_EXCHANGING ||
           http->state == HTTP_RESPONDED;
}
