/* quectel_http.c: one HTTP exchange of the module, from the request to what comes of it.
 *
 * Source: docs/facts/quectel.md §3 (GSM HTTP AT Commands), §6.2.
 */
#include "personalities/quectel/quectel.h"

#include <stdio.h>

enum { SECOND_MS = 1000, STATUS_GOOD = 200, STATUS_GOOD_END = 300 };

struct quectel_http *quectel_http_of(const struct at_session *at)
{
    return module_part(module_of(at), &quectel_http_part, 0);
}

const char *quectel_http_content_type(const struct quectel_http *http)
{
    return http->content_type != NULL ? http->content_type : FACT_HTTP_CONTENT_TYPE;
}

const char *quectel_http_user_agent(const struct quectel_http *http)
{
    return http->user_agent != NULL ? http->user_agent : FACT_HTTP_USER_AGENT;
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

static void free_body(struct quectel_http *http)
{
    bytes_free(&http->body);
    http->body_at = 0;
}

void quectel_http_end(struct quectel_http *http, enum quectel_http_phase next)
{
    if (http->exchange != NULL)
        http_stop(&http->exchange->client);
    http->exchange = NULL; /* its memory goes when the module has come to rest */
    free_body(http);
    bytes_free(&http->input); /* it may name a secret */
    quectel_file_forget(&http->download);
    http->read_until_ms = CLOCK_NEVER;
    http->phase = next;
}

bool quectel_http_is_busy(const struct quectel_http *http)
{
    return http->phase == QUECTEL_HTTP_INPUT || http->phase == QUECTEL_HTTP_REQUEST ||
           http->phase == QUECTEL_HTTP_READING || http->phase == QUECTEL_HTTP_DOWNLOAD;
}

/* ---- what comes of an exchange ---- */

static size_t give_body(void *ctx, uint8_t *buf, size_t cap)
{
    struct quectel_http *http = ctx;
    size_t left = http->body.len - http->body_at;
    size_t part = left < cap ? left : cap;

    memcpy(buf, http->body.data + http->body_at, part);
    http->body_at += part;
    return part;
}

static bool rewind_body(void *ctx)
{
    ((struct quectel_http *)ctx)->body_at = 0;
    return true;
}

/* The end of a request: the result of its command, or what +QHTTPDL says. */
static void finish(struct quectel_http *http, int error)
{
    struct at_session *at = http->owner->at;

    if (http->phase == QUECTEL_HTTP_DOWNLOAD) {
        quectel_http_end_download(http, error);
        return;
    }
    quectel_http_end(http, QUECTEL_HTTP_IDLE);
    at_finish(at, at_fail(at, error));
}

static void on_response(void *ctx)
{
    struct quectel_http *http = ctx;
    int status = http_status(&http->exchange->client);

    if (status < STATUS_GOOD || status >= STATUS_GOOD_END) {
        log_say(http->modem->config.log, LOG_WARNING, "http: the server answers with status %d",
                status);
        finish(http, QUECTEL_HTTP_RESPONSE_FAILED);
    } else if (http->phase == QUECTEL_HTTP_DOWNLOAD) {
        quectel_http_pump_download(http);
    } else {
        free_body(http);
        http->phase = QUECTEL_HTTP_READY;
        http->read_until_ms = module_now(http->modem) + (int64_t)http->answer_s * SECOND_MS;
        at_finish(http->owner->at, AT_OK);
    }
}

static void on_readable(void *ctx)
{
    struct quectel_http *http = ctx;

    if (http->phase == QUECTEL_HTTP_DOWNLOAD)
        quectel_http_pump_download(http);
    else
        quectel_http_pump(http);
}

static void on_failed(void *ctx, enum http_error error)
{
    finish(ctx, quectel_http_error(error));
}

static const struct http_events http_events = {
    .give_body = give_body,
    .rewind_body = rewind_body,
    .on_response = on_response,
    .on_readable = on_readable,
    .on_failed = on_failed,
};

static enum err lend_tls(void *ctx, enum err (*use)(void *use_ctx, const struct tls_config *tls),
                         void *use_ctx)
{
    struct quectel_http *http = ctx;
    const struct quectel_ssl *ssl = &((struct quectel *)http->modem->maker)->ssl;
    struct quectel_ssl_context *context;
    struct tls_source source;

    if (ssl->https == 0 || ssl->https_context == QUECTEL_NO_CONTEXT) {
        log_say(http->modem->config.log, LOG_WARNING,
                "http: https needs AT+QSSLCFG=\"https\",1 and a context by \"httpsctxi\"");
        return ERR_NOT_FOUND;
    }
    context = quectel_ssl_context(http->modem, ssl->https_context);
    if (context == NULL)
        return ERR_NO_MEMORY;
    source = quectel_ssl_source(context);
    return source.lend(source.ctx, use, use_ctx);
}

/* ---- the parts ---- */

static void init_exchange(struct tlsmodem *modem, void *state, size_t unit)
{
    struct quectel_http *http = module_part_if(modem, &quectel_http_part, unit);
    const struct tls_source tls = { lend_tls, http };

    http_init(&((struct quectel_exchange *)state)->client, 1, &modem->world, &http_events, http,
              &tls);
}

static void deinit_exchange(struct tlsmodem *modem, void *state)
{
    (void)modem;
    http_stop(&((struct quectel_exchange *)state)->client);
}

static bool is_exchange_idle(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_http *http = module_part_if(modem, &quectel_http_part, 0);

    return http == NULL || http->exchange != state;
}

const struct module_part quectel_exchange_part = {
    .size = sizeof(struct quectel_exchange),
    .init = init_exchange,
    .deinit = deinit_exchange,
    .is_idle = is_exchange_idle,
};

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct quectel_http *http = state;

    (void)unit;
    http->modem = modem;
    http->read_until_ms = CLOCK_NEVER;
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct quectel_http *http = state;
    char **const texts[] = { &http->url, &http->content_type, &http->user_agent };

    (void)modem;
    quectel_http_end(http, QUECTEL_HTTP_IDLE);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        at_text_set(texts[i], span_at(NULL, 0));
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_http *http = state;

    (void)modem;
    return http->phase == QUECTEL_HTTP_IDLE && http->url == NULL && http->content_type == NULL &&
           http->user_agent == NULL;
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_http *http = state;

    (void)modem;
    return http->exchange == NULL
               ? CLOCK_NEVER
               : time_earlier(http->read_until_ms, http_deadline(&http->exchange->client));
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct quectel_http *http = state;

    if (http->exchange != NULL)
        http_tick(&http->exchange->client);
    if (module_now(modem) >= http->read_until_ms)
        quectel_http_end(http, QUECTEL_HTTP_EXPIRED);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct quectel_http *http = state;
    enum quectel_http_phase phase = http->phase;

    (void)modem;
    if (cid != http->cid || phase == QUECTEL_HTTP_INPUT || phase == QUECTEL_HTTP_IDLE)
        return;
    if (phase == QUECTEL_HTTP_REQUEST || phase == QUECTEL_HTTP_DOWNLOAD) {
        finish(http, QUECTEL_HTTP_NETWORK_DEACTIVATED);
        return;
    }
    quectel_http_end(http, QUECTEL_HTTP_IDLE);
    if (phase == QUECTEL_HTTP_READING)
        quectel_http_stop_reading(http, at_fail(http->owner->at, QUECTEL_HTTP_NETWORK_DEACTIVATED));
}

static void on_dtr_drop(struct module_terminal *terminal, void *state)
{
    struct quectel_http *http = state;

    if (http->phase == QUECTEL_HTTP_READING && http->owner == terminal) {
        quectel_http_end(http, QUECTEL_HTTP_IDLE);
        quectel_http_stop_reading(http, AT_OK);
    }
}

const struct module_part quectel_http_part = {
    .size = sizeof(struct quectel_http),
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .deadline = deadline,
    .tick = tick,
    .on_context_down = on_context_down,
    .on_dtr_drop = on_dtr_drop,
};

/* ---- requests ---- */

int quectel_http_obstacle(struct at_session *at)
{
    const struct quectel_http *http = quectel_http_of(at);

    if (http == NULL)
        return QUECTEL_HTTP_ALLOC_MEMORY_FAIL;
    if (quectel_http_is_busy(http))
        return QUECTEL_HTTP_BUSY;
    if (http->url == NULL)
        return QUECTEL_HTTP_EMPTY_URL;
    if (!quectel_bearer_need(module_of(at)))
        return QUECTEL_HTTP_NETWORK_DEACTIVATED;
    return 0;
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

static enum http_error start_exchange(struct quectel_http *http, enum http_method method,
                                      int32_t seconds)
{
    int64_t answer_ms = (int64_t)seconds * SECOND_MS;
    struct http_request request = {
        .method = method,
        .url = span_of(http->url),
        .body_len = method == HTTP_POST ? (int64_t)http->body.len : HTTP_NO_REQUEST_BODY,
        .redirects_max = FACT_HTTP_REDIRECTS_MAX,
        .connect_timeout_ms = FACT_OPEN_LIMIT_MS,
        .response_timeout_ms = answer_ms,
        .idle_timeout_ms = answer_ms,
        .slow_timeout_ms = FACT_HTTP_SLOW_MS,
    };

    write_headers(http, method);
    request.headers = span_of(http->exchange->headers);
    return http_start(&http->exchange->client, &request);
}

static void on_abort(struct at_session *at, void *ctx)
{
    quectel_http_end(ctx, QUECTEL_HTTP_IDLE);
    at_finish(at, at_fail_plain(at));
}

enum at_status quectel_http_request(struct at_session *at, enum http_method method, int32_t seconds)
{
    struct quectel_http *http = quectel_http_of(at);
    enum http_error error;

    if (!quectel_bearer_is_up(quectel_bearer(http->modem))) { /* no more: a body was awaited */
        quectel_http_end(http, QUECTEL_HTTP_IDLE);
        return at_fail(at, QUECTEL_HTTP_NETWORK_DEACTIVATED);
    }
    http->exchange = module_part(module_of(at), &quectel_exchange_part, 0);
    if (http->exchange == NULL) {
        quectel_http_end(http, QUECTEL_HTTP_IDLE);
        return at_fail(at, QUECTEL_HTTP_ALLOC_MEMORY_FAIL);
    }
    error = start_exchange(http, method, seconds);
    if (error != HTTP_FINE) {
        quectel_http_end(http, QUECTEL_HTTP_IDLE);
        return at_fail(at, quectel_http_error(error));
    }
    http->owner = terminal_of(at);
    http->cid = quectel_bearer_cid(quectel_bearer_foreground(http->modem));
    http->answer_s = seconds;
    http->phase = QUECTEL_HTTP_REQUEST;
    http->read_until_ms = CLOCK_NEVER;
    at_await(at, on_abort, http);
    return AT_LATER;
}
