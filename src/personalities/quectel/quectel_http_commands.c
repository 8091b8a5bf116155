/* quectel_http_commands.c: +QHTTPURL, +QHTTPGET, +QHTTPPOST.
 *
 * The final result comes when the head of the response has; +QHTTPREAD fetches the body.
 * Source: docs/facts/quectel.md §3 (GSM HTTP AT Commands), §6.2.
 */
#include "personalities/quectel/quectel.h"

enum { SECOND_MS = 1000 };

static const char connect_text[] = "\r\nCONNECT\r\n";

/* ---- +QHTTPURL ---- */

static enum at_status on_url(struct at_session *at, void *ctx, enum at_prompt_end end,
                             struct span payload)
{
    struct quectel_http *http = ctx;
    struct http_url url;

    enum at_status status = AT_OK;

    if (end == AT_PROMPT_TIMED_OUT)
        quectel_http_note_time(http, http->input_time);
    if (end != AT_PROMPT_COMPLETE)
        status = at_refuse_prompt(at, QUECTEL_HTTP_INPUT_TIMEOUT, end, payload.len);
    else if (http_url_parse(payload, &url) != ERR_OK)
        status = at_refuse(at, QUECTEL_HTTP_URL_ERROR,
                           "the text is no address of the form http://host[:port]/path");
    else if (!at_text_set(&http->url, payload))
        status = at_refuse_memory(at, QUECTEL_HTTP_ALLOC_MEMORY_FAIL);
    quectel_http_end(http, QUECTEL_HTTP_IDLE);
    return status;
}

static enum at_status set_url(struct at_session *at, const struct at_args *args)
{
    struct quectel_http *http = quectel_http_of(at);
    struct quectel_http_time time = quectel_http_time(at, &args->list[1]);
    struct at_prompt prompt = { .max = (size_t)args->list[0].number,
                                .text = connect_text,
                                .total_ms = (uint32_t)time.seconds * SECOND_MS,
                                .exact = true,
                                .echo = AT_ECHO_OFF,
                                .on_done = on_url,
                                .ctx = http };

    if (http == NULL)
        return at_refuse_memory(at, QUECTEL_HTTP_ALLOC_MEMORY_FAIL);
    if (quectel_http_is_busy(http))
        return quectel_http_refuse_busy(at);
    quectel_http_end(http, QUECTEL_HTTP_IDLE);
    if (bytes_reserve(&http->input, prompt.max) != ERR_OK)
        return at_refuse_memory(at, QUECTEL_HTTP_ALLOC_MEMORY_FAIL);
    http->input_time = time;
    prompt.memory = http->input.data;
    quectel_http_enter(http, QUECTEL_HTTP_INPUT);
    at_text_set(&http->url, span_at(NULL, 0));
    return at_prompt(at, &prompt);
}

static enum at_status read_url(struct at_session *at)
{
    const struct quectel_http *http = module_part_if(module_of(at), &quectel_http_part, 0);

    if (http != NULL && http->url != NULL)
        at_info(at, "+QHTTPURL: %s", http->url);
    return AT_OK;
}

/* ---- requests ---- */

static enum at_status get(struct at_session *at, const struct at_arg *time)
{
    if (quectel_http_may_request(at) != AT_OK)
        return AT_FAIL;
    return quectel_http_request(at, HTTP_GET, quectel_http_time(at, time));
}

static enum at_status run_get(struct at_session *at)
{
    return get(at, &(struct at_arg){ .given = false });
}

static enum at_status set_get(struct at_session *at, const struct at_args *args)
{
    return get(at, &args->list[0]);
}

static enum at_status on_body(struct at_session *at, void *ctx, enum at_prompt_end end,
                              struct span payload)
{
    struct quectel_http *http = ctx;

    if (end == AT_PROMPT_COMPLETE) {
        bytes_commit(&http->body, payload.len);
        return quectel_http_request(at, HTTP_POST, http->answer_time);
    }
    if (end == AT_PROMPT_TIMED_OUT)
        quectel_http_note_time(http, http->input_time);
    quectel_http_end(http, QUECTEL_HTTP_IDLE);
    return at_refuse_prompt(at, QUECTEL_HTTP_INPUT_TIMEOUT, end, payload.len);
}

static enum at_status set_post(struct at_session *at, const struct at_args *args)
{
    struct quectel_http *http = quectel_http_of(at);
    struct quectel_http_time time = quectel_http_time(at, &args->list[1]);
    struct at_prompt prompt = { .max = (size_t)args->list[0].number,
                                .text = connect_text,
                                .total_ms = (uint32_t)time.seconds * SECOND_MS,
                                .exact = true,
                                .echo = AT_ECHO_OFF,
                                .on_done = on_body,
                                .ctx = http };

    if (quectel_http_may_request(at) != AT_OK)
        return AT_FAIL;
    quectel_http_end(http, QUECTEL_HTTP_INPUT);
    if (bytes_reserve(&http->body, prompt.max) != ERR_OK) {
        quectel_http_enter(http, QUECTEL_HTTP_IDLE);
        return at_refuse_memory(at, QUECTEL_HTTP_ALLOC_MEMORY_FAIL);
    }
    prompt.memory = http->body.data;
    http->input_time = time;
    http->answer_time = quectel_http_time(at, &args->list[2]);
    return at_prompt(at, &prompt);
}

#define SECONDS(text)                                                                              \
    {                                                                                              \
        .name = (text), .optional = true, .min = 1, .max = FACT_HTTP_TIME_MAX_S                    \
    }

static const struct at_param url_params[] = {
    { .name = "length", .min = 1, .max = FACT_HTTP_URL_MAX },
    SECONDS("input time"),
};
static const struct at_param get_params[] = { SECONDS("to read time") };
static const struct at_param post_params[] = {
    { .name = "length", .min = 1, .max = FACT_HTTP_POST_MAX },
    SECONDS("input time"),
    SECONDS("to read time"),
};

static const struct at_command rows[] = {
    { .name = "+QHTTPURL",
      .help = "Address of the HTTP server, given after CONNECT.",
      .source = "docs/facts/quectel.md §3",
      AT_PARAMS(url_params),
      .set = set_url,
      .read = read_url },
    { .name = "+QHTTPGET",
      .help = "GET; the result comes with the head of the response. Redirects are followed.",
      .source = "docs/facts/quectel.md §3",
      .surplus = true,
      AT_PARAMS(get_params),
      .run = run_get,
      .set = set_get },
    { .name = "+QHTTPPOST",
      .help = "POST of a body that is given after CONNECT.",
      .source = "docs/facts/quectel.md §3",
      AT_PARAMS(post_params),
      .set = set_post },
};
const struct at_commands quectel_http_rows = AT_COMMANDS(rows);
