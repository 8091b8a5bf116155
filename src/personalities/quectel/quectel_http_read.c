/* quectel_http_read.c: +QHTTPREAD: the body of a response, as fast as the host takes it; and
 * +QHTTPCFG.
 *
 * Source: docs/facts/quectel.md §3.
 */
#include "personalities/quectel/quectel.h"

#include "base/letters.h"

#include <stdio.h>

enum { SECOND_MS = 1000 };

/* ---- +QHTTPREAD ---- */

static struct quectel_http *http_of(struct online *online)
{
    return ((struct quectel_exchange *)online)->client.ctx;
}

static void end_reading(struct online *online, ptrdiff_t result)
{
    struct quectel_http *http = http_of(online);
    struct at_session *at = http->owner->at;
    enum http_error error = http_failure(&http->exchange->client);

    quectel_http_end(http, QUECTEL_HTTP_IDLE);
    if (error == HTTP_TIMEOUT)
        quectel_http_note_time(http, http->answer_time);
    if (result == 0)
        online_leave(online, AT_OK);
    else if (error == HTTP_TIMEOUT)
        online_leave(online, at_refuse_said(at, QUECTEL_HTTP_WAIT_DATA_TIMEOUT));
    else
        online_leave(online, at_refuse_said(at, quectel_http_error(error)));
}

static size_t read(struct online *online, uint8_t *buf, size_t cap)
{
    ptrdiff_t got = http_read(&http_of(online)->exchange->client, buf, cap);

    if (got > 0)
        return (size_t)got;
    if (got != -ERR_AGAIN)
        end_reading(online, got);
    return 0;
}

static void on_escape(struct online *online)
{
    struct quectel_http *http = http_of(online);

    online_forget(online);
    quectel_http_end(http, QUECTEL_HTTP_IDLE);
    at_finish(http->owner->at, AT_OK);
}

/* The body was for that host. */
static void on_gone(struct online *online)
{
    quectel_http_end(http_of(online), QUECTEL_HTTP_IDLE);
    online_leave(online, AT_OK);
}

/* What a host types meanwhile is a command line for later. */
static const struct online_ops online_ops = { .read = read,
                                              .on_escape = on_escape,
                                              .on_gone = on_gone };

static enum at_status read_body(struct at_session *at, const struct at_arg *wait)
{
    struct quectel_http *http = quectel_http_of(at);

    if (quectel_http_may_read(at) != AT_OK)
        return AT_FAIL;
    http->answer_time = quectel_http_time(at, wait);
    http_set_idle_timeout(&http->exchange->client, (int64_t)http->answer_time.seconds * SECOND_MS);
    http->owner = terminal_of(at);
    quectel_http_enter(http, QUECTEL_HTTP_READING);
    online_enter(&http->exchange->online, &online_ops, at);
    return AT_CONNECT;
}

static enum at_status run_read(struct at_session *at)
{
    return read_body(at, &(struct at_arg){ .given = false });
}

static enum at_status set_read(struct at_session *at, const struct at_args *args)
{
    return read_body(at, &args->list[0]);
}

/* ---- +QHTTPCFG ---- */

enum { CFG_TAG, CFG_VALUE };

enum field { FIELD_CONTENT_TYPE, FIELD_USER_AGENT, FIELD_NONE };

static enum field field_of(struct span tag)
{
    if (letters_equal(tag, span_of("Content-Type")) || letters_equal(tag, span_of("contenttype")))
        return FIELD_CONTENT_TYPE;
    if (letters_equal(tag, span_of("User-Agent")) || letters_equal(tag, span_of("useragent")))
        return FIELD_USER_AGENT;
    return FIELD_NONE;
}

static bool is_printable(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ' || text.data[i] > 0x7E)
            return false;
    }
    return text.len > 0;
}

static const char *value_of(const struct quectel_http *http, enum field field)
{
    return field == FIELD_CONTENT_TYPE ? quectel_http_content_type(http)
                                       : quectel_http_user_agent(http);
}

static enum at_status set_field(struct at_session *at, const struct at_args *args)
{
    struct quectel_http *http = quectel_http_of(at);
    struct span tag = args->list[CFG_TAG].text;
    struct span value = args->list[CFG_VALUE].text;
    enum field field = field_of(tag);

    if (http == NULL)
        return at_refuse_memory(at, QUECTEL_HTTP_ALLOC_MEMORY_FAIL);
    if (field == FIELD_NONE)
        return at_refuse(at, FACT_ERROR_RANGE,
                         "<tag> is neither \"Content-Type\" nor \"User-Agent\"");
    if (!args->list[CFG_VALUE].given) {
        at_info(at, "+QHTTPCFG: \"%.*s\",\"%s\"", (int)tag.len, (const char *)tag.data,
                value_of(http, field));
        return AT_OK;
    }
    if (!is_printable(value))
        return at_refuse(at, FACT_ERROR_RANGE, "<value> is empty, or holds what is not printable");
    if (!at_text_set(field == FIELD_CONTENT_TYPE ? &http->content_type : &http->user_agent, value))
        return at_refuse_memory(at, QUECTEL_HTTP_ALLOC_MEMORY_FAIL);
    return AT_OK;
}

static enum at_status read_fields(struct at_session *at)
{
    const struct quectel_http *http = quectel_http_of(at);

    if (http == NULL)
        return at_refuse_memory(at, QUECTEL_HTTP_ALLOC_MEMORY_FAIL);
    at_info(at, "+QHTTPCFG: \"Content-Type\",\"%s\"", quectel_http_content_type(http));
    at_info(at, "+QHTTPCFG: \"User-Agent\",\"%s\"", quectel_http_user_agent(http));
    return AT_OK;
}

static const struct at_param read_params[] = {
    { .name = "wait time", .min = 1, .max = FACT_HTTP_TIME_MAX_S },
};
static const struct at_param field_params[] = {
    { .name = "tag", .type = AT_STRING, .min = 1, .max = 20 },
    { .name = "value", .type = AT_STRING, .optional = true, .max = QUECTEL_HTTP_FIELD_MAX },
};

static const struct at_command rows[] = {
    { .name = "+QHTTPREAD",
      .help = "The body of the response, between CONNECT and OK; once.",
      .source = "docs/facts/quectel.md §3",
      AT_PARAMS(read_params),
      .run = run_read,
      .set = set_read },
    { .name = "+QHTTPCFG",
      .help = "Fields of the request: \"Content-Type\" and \"User-Agent\".",
      .source = "docs/facts/quectel.md §3",
      AT_PARAMS(field_params),
      .test_text = "\"Content-Type\",<value>",
      .set = set_field,
      .read = read_fields },
};
const struct at_commands quectel_http_read_rows = AT_COMMANDS(rows);
