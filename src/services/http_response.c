/* http_response.c: what comes of the response: redirects, the head, the body as its reader pulls
 * it.
 */
#include "services/http_internal.h"

#include <assert.h>

/* ---- redirects ---- */

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool follows(const struct http *http)
{
    int status = http->parser.status;

    return http->request.redirects_max > 0 &&
           (is_redirect(status) || status == http->request.redirects_too);
}

static enum http_error prepare_redirect(struct http *http)
{
    int status = http->parser.status;
    bool to_get = status == 303 || (status <= 302 && http->request.method == HTTP_POST);

    if (http->redirects++ >= http->request.redirects_max)
        return HTTP_REDIRECTS;
    if (http->next_url_bad || (http->url.secure && !http->next_url.secure))
        return HTTP_REDIRECT;
    if (to_get && http->request.method != HTTP_HEAD) {
        http->request.method = HTTP_GET;
        http->body_dropped = true;
    }
    if (http_has_body(http) &&
        (http->events->rewind_body == NULL || !http->events->rewind_body(http->ctx)))
        return HTTP_REDIRECT;
    http->foreign = http->foreign || !http_url_same_origin(&http->url, &http->next_url);
    return HTTP_FINE;
}

static void redirect(struct http *http)
{
    int64_t deadline_ms = http->deadline_ms;
    enum http_error error = prepare_redirect(http);

    if (error == HTTP_FINE) {
        http_close_all(http);
        http->url = http->next_url;
        error = http_open_connection(http);
        http->deadline_ms = deadline_ms;
    }
    if (error != HTTP_FINE)
        http_fail(http, error);
}

/* ---- the response ---- */

/* Reads what has come; 0 when there is nothing now. */
static size_t pull(struct http *http)
{
    http->input_at = 0;
    http->input_len = connection_read(&http->connection, http->input, sizeof(http->input));
    return http->input_len;
}

static enum http_event parse(struct http *http, struct span *ret_part)
{
    size_t used;
    enum http_event event = http_parse(
        &http->parser, span_at(http->input + http->input_at, http->input_len - http->input_at),
        &used, ret_part);

    http->input_at += used;
    return event;
}

static void on_field(struct http *http, struct span field, bool is_status)
{
    struct span value;

    if (!follows(http)) {
        if (http->events->on_header != NULL)
            http->events->on_header(http->ctx, field);
    } else if (!is_status && http_field(field, "Location", &value)) {
        http->next_url = http->url;
        http->next_url_bad = http_url_follow(&http->next_url, value) != ERR_OK;
        http->has_next_url = true;
    }
}

/* While the reader has no use for bytes, none are fetched. */
void http_rest_unless_dry(struct http *http)
{
    if (http->state == HTTP_RESPONDED && !http->dry)
        connection_pause(&http->connection);
}

static void on_head_end(struct http *http)
{
    if (follows(http) && http->has_next_url) {
        redirect(http);
        return;
    }
    http->deadline_ms = CLOCK_NEVER;
    http->continue_until_ms = CLOCK_NEVER;
    http->dry = false;
    http->waited_ms = 0;
    http->come = 0;
    http_enter(http, HTTP_RESPONDED);
    http->events->on_response(http->ctx);
    http_rest_unless_dry(http);
}

/* One event of the response's head. */
static void on_head_event(struct http *http, enum http_event event, struct span part)
{
    switch (event) {
    case HTTP_STATUS:
    case HTTP_HEADER:
        on_field(http, part, event == HTTP_STATUS);
        break;
    case HTTP_INTERIM:
        http->continue_until_ms = CLOCK_NEVER;
        http_send(http); /* a connection that is lost by this is found lost by the next read */
        break;
    case HTTP_HEAD_END:
        on_head_end(http);
        break;
    case HTTP_NEED:
        break;
    case HTTP_BODY:
    case HTTP_TRAILER:
    case HTTP_END:
    case HTTP_BAD:
        http_fail(http, HTTP_PROTOCOL);
        break;
    }
}

void http_take_head(struct http *http)
{
    while (http->state == HTTP_EXCHANGING) {
        struct connection_failure failure;
        struct span part;
        enum http_event event = parse(http, &part);

        on_head_event(http, event, part);
        if (event != HTTP_NEED || pull(http) > 0)
            continue;
        if (connection_has_ended(&http->connection, &failure))
            http_fail(http, HTTP_RECEIVE);
        return;
    }
}

static void end_body(struct http *http)
{
    http_close_all(http);
    http_enter(http, HTTP_DONE);
}

void http_keep_chunks(struct http *http)
{
    assert(http->state == HTTP_RESPONDED && http->body.len == 0);
    http_parser_keep_chunks(&http->parser);
}

/* There are no more bytes: now, or ever. */
static ptrdiff_t run_dry(struct http *http)
{
    struct connection_failure failure;

    if (!connection_has_ended(&http->connection, &failure))
        return -ERR_AGAIN;
    if (failure.err == ERR_OK && http_parse_end(&http->parser) == HTTP_END) {
        end_body(http);
        return 0;
    }
    http_break_off(http, HTTP_RECEIVE);
    return -ERR_IO;
}

/* The next bytes of the body into http->body; the result of http_read() when there are none. */
static ptrdiff_t find_body(struct http *http)
{
    for (;;) {
        switch (parse(http, &http->body)) {
        case HTTP_BODY:
            return 0;
        case HTTP_NEED:
            if (pull(http) == 0)
                return run_dry(http);
            break;
        case HTTP_TRAILER:
            break;
        case HTTP_END:
            end_body(http);
            return 0;
        case HTTP_INTERIM:
        case HTTP_STATUS:
        case HTTP_HEADER:
        case HTTP_HEAD_END:
        case HTTP_BAD:
            http_break_off(http, HTTP_PROTOCOL);
            return -ERR_IO;
        }
    }
}

/* ---- the server's time ---- */

enum { SLOW_STEPS = 4 };

/* What is left of the time for so many bytes, which each byte alone would start anew. */
static int64_t slow_left_ms(const struct http *http)
{
    int64_t idle_ms = SLOW_STEPS * http->request.idle_timeout_ms;
    int64_t slow_ms = http->request.slow_timeout_ms;

    if (slow_ms == 0)
        return http->request.idle_timeout_ms;
    return (slow_ms > idle_ms ? slow_ms : idle_ms) - http->waited_ms;
}

void http_end_waiting(struct http *http)
{
    if (http->dry)
        http->waited_ms += http_now_ms(http) - http->dry_from_ms;
    http->dry = false;
    http->deadline_ms = CLOCK_NEVER;
}

bool http_was_slow(const struct http *http)
{
    int64_t waited_ms = http->waited_ms;
    int64_t slow_ms = http->request.slow_timeout_ms;

    if (http->dry)
        waited_ms += http_now_ms(http) - http->dry_from_ms;
    return slow_ms > SLOW_STEPS * http->request.idle_timeout_ms && waited_ms >= slow_ms;
}

static void begin_waiting(struct http *http)
{
    int64_t left_ms;

    http_end_waiting(http);
    left_ms = slow_left_ms(http);
    http->dry = true;
    http->dry_from_ms = http_now_ms(http);
    http->deadline_ms =
        http->dry_from_ms +
        (left_ms < http->request.idle_timeout_ms ? left_ms : http->request.idle_timeout_ms);
}

/* What the reader does with them is its own time. */
static void count(struct http *http, size_t bytes)
{
    http->come += bytes;
    if (http->come < HTTP_SLOW_BYTES)
        return;
    http->come = 0;
    http->waited_ms = 0;
}

ptrdiff_t http_read(struct http *http, uint8_t *buf, size_t cap)
{
    size_t part;

    assert(buf != NULL && cap > 0);
    if (http->state != HTTP_RESPONDED)
        return http->state == HTTP_DONE ? 0 : -ERR_IO;
    if (http->body.len == 0) {
        ptrdiff_t result = find_body(http);

        if (result == -ERR_AGAIN)
            begin_waiting(http);
        else
            http_end_waiting(http);
        if (result < 0 || http->state != HTTP_RESPONDED)
            return result;
    }
    part = http->body.len < cap ? http->body.len : cap;
    memcpy(buf, http->body.data, part);
    http->body = span_skip(http->body, part);
    count(http, part);
    return (ptrdiff_t)part;
}
