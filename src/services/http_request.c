/* http_request.c: the request, put together in one small buffer as the network takes it. */
#include "services/http_internal.h"

#include "base/letters.h"
#include "base/text.h"

#include <assert.h>

enum { CONTINUE_WAIT_MS = 1000 };

static const char *const method_names[] = {
    [HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD", [HTTP_POST] = "POST"
};

/* RFC 9110 §5.6.2 */
static bool is_token(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (!is_letter_or_digit(c) && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL))
            return false;
    }
    return text.len > 0;
}

static bool is_value(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((text.data[i] < ' ' && text.data[i] != '\t') || text.data[i] == 0x7F)
            return false;
    }
    return true;
}

/* The line at `at`, without its end; moves `at` behind it. */
static struct span line_at(struct span lines, size_t *at)
{
    struct span rest = span_skip(lines, *at);
    const uint8_t *end = rest.len > 0 ? memchr(rest.data, '\n', rest.len) : NULL;
    size_t len = end != NULL ? (size_t)(end - rest.data) : rest.len;

    *at += end != NULL ? len + 1 : len;
    if (len > 0 && rest.data[len - 1] == '\r')
        len--;
    return span_at(rest.data, len);
}

static struct span name_of(struct span line)
{
    const uint8_t *colon = line.len > 0 ? memchr(line.data, ':', line.len) : NULL;

    return span_at(line.data, colon != NULL ? (size_t)(colon - line.data) : 0);
}

static bool is_named(struct span line, const char *name)
{
    return letters_equal(name_of(line), span_of(name));
}

bool http_headers_are_valid(struct span headers)
{
    size_t at = 0;

    while (at < headers.len) {
        struct span line = line_at(headers, &at);

        if (!is_token(name_of(line)) || !is_value(line) || line.len + 2 > HTTP_OUTPUT_BYTES ||
            is_named(line, "Content-Length") || is_named(line, "Transfer-Encoding") ||
            is_named(line, "Expect"))
            return false;
    }
    return true;
}

static bool caller_says(const struct http *http, const char *name)
{
    size_t at = 0;

    while (at < http->request.headers.len) {
        if (is_named(line_at(http->request.headers, &at), name))
            return true;
    }
    return false;
}

bool http_has_body(const struct http *http)
{
    return http->request.body_len >= 0 && !http->body_dropped;
}

void http_begin_request(struct http *http)
{
    assert(http->state == HTTP_EXCHANGING);
    http->stage = HTTP_STAGE_LINE;
    http->header_at = 0;
    http->body_left = http_has_body(http) ? http->request.body_len : 0;
    outbox_clear(&http->outbox);
    http->continue_until_ms = CLOCK_NEVER;
}

static void add_own(struct http *http, struct text *out)
{
    char authority[HTTP_AUTHORITY_MAX + 1];

    http_url_authority(&http->url, authority, sizeof(authority));
    text_add(out, "%s %s HTTP/1.1\r\n", method_names[http->request.method], http->url.path);
    if (http->foreign || !caller_says(http, "Host"))
        text_add(out, "Host: %s\r\n", authority);
    if (!caller_says(http, "Connection"))
        text_add(out, "Connection: close\r\n");
    if (http_has_body(http))
        text_add(out, "Content-Length: %lld\r\n", (long long)http->body_left);
    if (http_has_body(http) && http->request.expect_continue)
        text_add(out, "Expect: 100-continue\r\n");
    http->stage = HTTP_STAGE_FIELDS;
}

/* What was meant for another origin, or for a body that is not sent any more. */
static bool is_left_out(const struct http *http, struct span line)
{
    if (http->foreign && (is_named(line, "Authorization") || is_named(line, "Cookie") ||
                          is_named(line, "Proxy-Authorization") || is_named(line, "Host")))
        return true;
    return http->body_dropped && letters_start(line, "Content-");
}

/* The caller's fields as far as there is room, then the empty line. */
static void add_fields(struct http *http, struct text *out)
{
    while (http->header_at < http->request.headers.len) {
        size_t next = http->header_at;
        struct span line = line_at(http->request.headers, &next);

        if (!is_left_out(http, line)) {
            if (out->len + line.len + 3 > out->cap)
                return;
            text_add_span(out, line);
            text_add(out, "\r\n");
        }
        http->header_at = next;
    }
    if (out->len + 3 > out->cap)
        return;
    text_add(out, "\r\n");
    http->stage = HTTP_STAGE_BODY;
    if (http_has_body(http) && http->request.expect_continue)
        http->continue_until_ms = http->world->now_ms(http->world->ctx) + CONTINUE_WAIT_MS;
}

static size_t add_body(struct http *http, uint8_t *buf, size_t cap)
{
    size_t got;

    if (http->body_left == 0) {
        http->stage = HTTP_STAGE_SENT;
        return 0;
    }
    if (http->continue_until_ms != CLOCK_NEVER)
        return 0;
    if ((int64_t)cap > http->body_left)
        cap = (size_t)http->body_left;
    got = http->events->give_body(http->ctx, buf, cap);
    http->body_left -= (int64_t)got;
    return got;
}

/* Puts what comes next into the empty outbox; false when there is nothing now. */
static bool refill(struct http *http)
{
    uint8_t *tail = outbox_tail(&http->outbox);
    size_t room = outbox_room(&http->outbox), len;
    struct text out;

    text_init(&out, (char *)tail, room);
    if (http->stage == HTTP_STAGE_LINE)
        add_own(http, &out);
    if (http->stage == HTTP_STAGE_FIELDS)
        add_fields(http, &out);
    len = out.len;
    if (http->stage == HTTP_STAGE_BODY)
        len += add_body(http, tail + len, room - len);
    outbox_commit(&http->outbox, len);
    return len > 0;
}

bool http_send(struct http *http)
{
    struct connection_failure failure;

    while (outbox_flush(&http->outbox, &http->connection) && refill(http))
        continue;
    return !connection_has_ended(&http->connection, &failure);
}
