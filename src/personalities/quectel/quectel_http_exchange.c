/* quectel_http_exchange.c: one HTTP exchange of the module: what it is asked, its start and its
 * end.
 *
 * Source: docs/facts/quectel.md §3 (GSM HTTP AT Commands), §6.2.
 */
#include "personalities/quectel/quectel.h"

#include <assert.h>
#include <stdio.h>

enum { SECOND_MS = 1000 };

struct quectel_http *quectel_http_of(const struct at_session *at)
{
    return module_part(module_of(at), &quectel_http_part, 0);
}

const char *quectel_http_content_type(const struct quectel_http *http)
{
    return http->content_type != NULL ? http->content_type
                                      : module_fact_text(http->modem, FACT_HTTP_CONTENT_TYPE);
}

const char *quectel_http_user_agent(const struct quectel_http *http)
{
    return http->user_agent != NULL ? http->user_agent
                                    : module_fact_text(http->modem, FACT_HTTP_USER_AGENT);
}

struct quectel_http_time quectel_http_time(const struct at_session *at, const struct at_arg *arg)
{
    const struct tlsmodem *modem = module_of(at);

    return (struct quectel_http_time){
        arg->given ? arg->number : module_fact_peek(modem, FACT_HTTP_TIME_PRESET_S), !arg->given
    };
}

void quectel_http_note_time(const struct quectel_http *http, struct quectel_http_time time)
{
    if (http->exchange != NULL && http_was_slow(&http->exchange->client))
        module_note_fact(http->modem, FACT_HTTP_SLOW_MS);
    else if (time.preset)
        module_note_fact(http->modem, FACT_HTTP_TIME_PRESET_S);
}

int quectel_http_error(enum http_error error)
{
    static const int numbers[] = {
        [HTTP_INVALID] = QUECTEL_HTTP_URL_ERROR,
        [HTTP_DNS] = QUECTEL_HTTP_DNS_ERROR,
        [HTTP_CONNECT] = QUECTEL_HTTP_SOCKET_CONNECT_ERROR,
        [HTTP_TLS] = QUECTEL_HTTP_SOCKET_CONNECT_ERROR, /* TinyGSM issue 815 */
        [HTTP_SEND] = QUECTEL_HTTP_SOCKET_WRITE_ERROR,
        [HTTP_RECEIVE] = QUECTEL_HTTP_SOCKET_CLOSE,
        [HTTP_TIMEOUT] = QUECTEL_HTTP_WAIT_RESPONSE_TIMEOUT,
        [HTTP_PROTOCOL] = QUECTEL_HTTP_DATA_DECODE_ERROR,
        [HTTP_REDIRECT] = QUECTEL_HTTP_NEED_RELOCATION,
        [HTTP_REDIRECTS] = QUECTEL_HTTP_NEED_RELOCATION,
    };

    return numbers[error];
}

void quectel_http_forget_body(struct quectel_http *http)
{
    bytes_free(&http->body);
    http->body_at = 0;
}

static const char *const phase_names[] = {
#define PHASE_NAME(name) [name] = #name,
    QUECTEL_HTTP_PHASES(PHASE_NAME)
#undef PHASE_NAME
};

#define TO(phase) (1U << (phase))

/* Beside QUECTEL_HTTP_IDLE. */
static const unsigned allowed[] = {
    [QUECTEL_HTTP_IDLE] = TO(QUECTEL_HTTP_INPUT) | TO(QUECTEL_HTTP_REQUEST),
    [QUECTEL_HTTP_INPUT] = TO(QUECTEL_HTTP_REQUEST),
    [QUECTEL_HTTP_REQUEST] = TO(QUECTEL_HTTP_READY),
    [QUECTEL_HTTP_READY] = TO(QUECTEL_HTTP_READING) | TO(QUECTEL_HTTP_DOWNLOAD) |
                           TO(QUECTEL_HTTP_EXPIRED) | TO(QUECTEL_HTTP_INPUT) |
                           TO(QUECTEL_HTTP_REQUEST),
    [QUECTEL_HTTP_EXPIRED] = TO(QUECTEL_HTTP_INPUT) | TO(QUECTEL_HTTP_REQUEST),
    [QUECTEL_HTTP_READING] = 0,
    [QUECTEL_HTTP_DOWNLOAD] = 0,
};

void quectel_http_enter(struct quectel_http *http, enum quectel_http_phase next)
{
    if (next == http->phase)
        return;
    assert(next == QUECTEL_HTTP_IDLE || (allowed[http->phase] & TO(next)) != 0);
    log_trace(http->modem->config.log, TRACE_SOCKET, "http: %s -> %s", phase_names[http->phase],
              phase_names[next]);
    http->phase = next;
    if (next != QUECTEL_HTTP_READY)
        http->read_until_ms = CLOCK_NEVER;
}

void quectel_http_end(struct quectel_http *http, enum quectel_http_phase next)
{
    if (http->exchange != NULL) {
        http_stop(&http->exchange->client);
        bytes_free(&http->exchange->download);
    }
    http->exchange = NULL; /* its memory goes when the module has come to rest */
    quectel_http_forget_body(http);
    bytes_free(&http->input); /* it may name a secret */
    quectel_http_enter(http, next);
}

bool quectel_http_is_busy(const struct quectel_http *http)
{
    return http->phase == QUECTEL_HTTP_INPUT || http->phase == QUECTEL_HTTP_REQUEST ||
           http->phase == QUECTEL_HTTP_READING || http->phase == QUECTEL_HTTP_DOWNLOAD;
}

/* ---- requests ---- */

enum at_status quectel_http_refuse_busy(struct at_session *at)
{
    return at_refuse(at, QUECTEL_HTTP_BUSY, "another HTTP command is under way");
}

enum at_status quectel_http_may_request(struct at_session *at)
{
    const struct quectel_http *http = quectel_http_of(at);

    if (http == NULL)
        return at_refuse_memory(at, QUECTEL_HTTP_ALLOC_MEMORY_FAIL);
    if (quectel_http_is_busy(http))
        return quectel_http_refuse_busy(at);
    if (http->url == NULL)
        return at_refuse(at, QUECTEL_HTTP_EMPTY_URL, "there is no address; AT+QHTTPURL first");
    if (!quectel_bearer_need(module_of(at)))
        return quectel_refuse_bearer(at, QUECTEL_HTTP_NETWORK_DEACTIVATED);
    return AT_OK;
}

enum at_status quectel_http_may_read(struct at_session *at)
{
    struct quectel_http *http = quectel_http_of(at);

    if (http == NULL)
        return at_refuse_memory(at, QUECTEL_HTTP_ALLOC_MEMORY_FAIL);
    switch (http->phase) {
    case QUECTEL_HTTP_INPUT:
    case QUECTEL_HTTP_REQUEST:
    case QUECTEL_HTTP_READING:
    case QUECTEL_HTTP_DOWNLOAD:
        return quectel_http_refuse_busy(at);
    case QUECTEL_HTTP_IDLE:
        return at_refuse(at, QUECTEL_HTTP_NO_REQUEST_TO_READ,
                         "there is no response to read; AT+QHTTPGET or +QHTTPPOST first");
    case QUECTEL_HTTP_EXPIRED:
        quectel_http_enter(http, QUECTEL_HTTP_IDLE);
        return at_refuse(at, QUECTEL_HTTP_TO_READ_TIMEOUT,
                         "the response was not read within its <to read time> of %d s",
                         (int)http->answer_time.seconds);
    case QUECTEL_HTTP_READY:
        break;
    }
    return AT_OK;
}

static void write_headers(struct quectel_http *http, enum http_method method)
{
    struct quectel_exchange *exchange = http->exchange;
    int len = snprintf(exchange->headers, sizeof(exchange->headers),
                       "User-Agent: %s\r\nAccept: */*\r\n", quectel_http_user_agent(http));

    if (method == HTTP_POST)
        snprintf(exchange->headers + len, sizeof(exchange->headers) - (size_t)len,
                 "Content-Type: %s\r\n", quectel_http_content_type(http));
}

static enum http_error start_exchange(struct quectel_http *http, enum http_method method)
{
    int64_t answer_ms = (int64_t)http->answer_time.seconds * SECOND_MS;
    struct http_request request = {
        .method = method,
        .url = span_of(http->url),
        .body_len = method == HTTP_POST ? (int64_t)http->body.len : HTTP_NO_REQUEST_BODY,
        .redirects_max = (unsigned)module_fact_peek(http->modem, FACT_HTTP_REDIRECTS_MAX),
        .connect_timeout_ms = module_fact_peek(http->modem, FACT_OPEN_LIMIT_MS),
        .response_timeout_ms = answer_ms,
        .idle_timeout_ms = answer_ms,
        .slow_timeout_ms = module_fact_peek(http->modem, FACT_HTTP_SLOW_MS),
    };

    write_headers(http, method);
    request.headers = span_of(http->exchange->headers);
    return http_start(&http->exchange->client, &request);
}

static void on_abort(struct at_session *at, void *ctx)
{
    quectel_http_end(ctx, QUECTEL_HTTP_IDLE);
    at_finish(at, at_refuse_plain(at, "given up: DTR has dropped"));
}

enum at_status quectel_http_request(struct at_session *at, enum http_method method,
                                    struct quectel_http_time time)
{
    struct quectel_http *http = quectel_http_of(at);
    enum http_error error;

    assert(time.seconds > 0);
    if (!quectel_bearer_is_up(quectel_bearer(http->modem))) { /* no more: a body was awaited */
        quectel_http_end(http, QUECTEL_HTTP_IDLE);
        return quectel_refuse_bearer(at, QUECTEL_HTTP_NETWORK_DEACTIVATED);
    }
    http->exchange = module_part(module_of(at), &quectel_exchange_part, 0);
    if (http->exchange == NULL) {
        quectel_http_end(http, QUECTEL_HTTP_IDLE);
        return at_refuse_memory(at, QUECTEL_HTTP_ALLOC_MEMORY_FAIL);
    }
    http->answer_time = time;
    http->exchange->download_until_ms = CLOCK_NEVER;
    error = start_exchange(http, method);
    if (error != HTTP_FINE) {
        quectel_http_end(http, QUECTEL_HTTP_IDLE);
        return at_refuse_said(at, quectel_http_error(error));
    }
    http->owner = terminal_of(at);
    http->cid = quectel_bearer_cid(quectel_bearer_foreground(http->modem));
    quectel_http_enter(http, QUECTEL_HTTP_REQUEST);
    at_await(at, on_abort, http);
    return AT_LATER;
}
