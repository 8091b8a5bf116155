/* http_client.c: one HTTP exchange, from its start to what the connection and the time bring.  The
 * states are in http_state.c, the request is put together in http_request.c, the response taken
 * apart in http_response.c. */
#include "services/http_internal.h"

#include <assert.h>

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
    http_fail(http, http_opening_error(http));
}

static void on_data(void *ctx)
{
    struct http *http = ctx;

    if (http->state == HTTP_EXCHANGING) {
        http_take_head(http);
    } else if (http->state == HTTP_RESPONDED) {
        http_end_waiting(http);
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
    assert(events->give_body != NULL && events->on_response != NULL);
    assert(events->on_readable != NULL && events->on_failed != NULL);
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
    outbox_init_in(&http->outbox, http->output, sizeof(http->output));
    connection_init(&http->connection, id, world, &connection_events, http, 0);
    connection_name(&http->connection, "http");
}

void http_resume(struct http *http)
{
    if (http->state == HTTP_EXCHANGING && !http_send(http))
        http->deadline_ms = http_now_ms(http); /* http_tick() reports it, from the loop */
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
