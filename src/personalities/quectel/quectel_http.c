/* quectel_http.c: one HTTP exchange of the module, from the request to what comes of it.
 *
 * Source: quectel.md §3 (GSM HTTP AT Commands), §6.2.
 */
#include "personalities/quectel/quectel.h"

#include "base/wipe.h"

#include <stdio.h>
#include <stdlib.h>

enum { SECOND_MS = 1000, STATUS_GOOD = 200, STATUS_GOOD_END = 300 };

struct quectel_http *quectel_http_of(const struct at_session *at)
{
    return &quectel_of(at)->http;
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
    if (http->body != NULL)
        wipe(http->body, http->body_len);
    free(http->body);
    http->body = NULL;
    http->body_len = http->body_at = 0;
}

void quectel_http_end(struct quectel_http *http, enum quectel_http_phase next)
{
    http_stop(&http->client);
    free_body(http);
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
    size_t left = http->body_len - http->body_at;
    size_t part = left < cap ? left : cap;

    memcpy(buf, http->body + http->body_at, part);
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
    int status = http_status(&http->client);

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
    struct quectel_ssl *ssl = &((struct quectel *)http->modem->maker)->ssl;
    struct tls_source source;

    if (ssl->https == 0 || ssl->https_context == QUECTEL_NO_CONTEXT) {
        log_say(http->modem->config.log, LOG_WARNING,
                "http: https needs AT+QSSLCFG=\"https\",1 and a context by \"httpsctxi\"");
        return ERR_NOT_FOUND;
    }
    source = quectel_ssl_source(&ssl->contexts[ssl->https_context]);
    return source.lend(source.ctx, use, use_ctx);
}

/* ---- the part ---- */

static struct quectel_http *http_of(const struct tlsmodem *modem)
{
    return &((struct quectel *)modem->maker)->http;
}

static enum err start(struct tlsmodem *modem)
{
    struct quectel_http *http = http_of(modem);
    const struct tls_source tls = { lend_tls, http };

    http->modem = modem;
    http->read_until_ms = CLOCK_NEVER;
    snprintf(http->content_type, sizeof(http->content_type), "%s", FACT_HTTP_CONTENT_TYPE);
    snprintf(http->user_agent, sizeof(http->user_agent), "%s", FACT_HTTP_USER_AGENT);
    http_init(&http->client, 1, &modem->world, &http_events, http, &tls);
    return ERR_OK;
}

static void stop(struct tlsmodem *modem)
{
    struct quectel_http *http = http_of(modem);

    quectel_http_end(http, QUECTEL_HTTP_IDLE);
    wipe(http->url, http->url_len); /* it may name a secret */
    http->url_len = 0;
}

static int64_t deadline(struct tlsmodem *modem)
{
    const struct quectel_http *http = http_of(modem);

    return time_earlier(http->read_until_ms, http_deadline(&http->client));
}

static void tick(struct tlsmodem *modem)
{
    struct quectel_http *http = http_of(modem);

    http_tick(&http->client);
    if (module_now(modem) >= http->read_until_ms)
        quectel_http_end(http, QUECTEL_HTTP_EXPIRED);
}

static void on_context_down(struct tlsmodem *modem, size_t cid)
{
    struct quectel_http *http = http_of(modem);
    enum quectel_http_phase phase = http->phase;

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

static void on_dtr_drop(struct module_terminal *terminal)
{
    struct quectel_http *http = http_of(terminal->modem);

    if (http->phase == QUECTEL_HTTP_READING && http->owner == terminal) {
        quectel_http_end(http, QUECTEL_HTTP_IDLE);
        quectel_http_stop_reading(http, AT_OK);
    }
}

const struct quectel_part quectel_http_part = {
    .start = start,
    .stop = stop,
    .deadline = deadline,
    .tick = tick,
    .on_context_down = on_context_down,
    .on_dtr_drop = on_dtr_drop,
};

/* ---- requests ---- */

int quectel_http_obstacle(struct at_session *at)
{
    struct quectel_http *http = quectel_http_of(at);

    if (quectel_http_is_busy(http))
        return QUECTEL_HTTP_BUSY;
    if (http->url_len == 0)
        return QUECTEL_HTTP_EMPTY_URL;
    if (!quectel_bearer_need(module_of(at)))
        return QUECTEL_HTTP_NETWORK_DEACTIVATED;
    return 0;
}

static void write_headers(struct quectel_http *http, enum http_method method)
{
    int len = snprintf(http->headers, sizeof(http->headers), "User-Agent: %s\r\nAccept: */*\r\n",
                       http->user_agent);

    if (method == HTTP_POST)
        snprintf(http->headers + len, sizeof(http->headers) - (size_t)len, "Content-Type: %s\r\n",
                 http->content_type);
}

enum at_status quectel_http_request(struct at_session *at, enum http_method method, int32_t seconds)
{
    struct quectel_http *http = quectel_http_of(at);
    int64_t answer_ms = (int64_t)seconds * SECOND_MS;
    enum http_error error;

    write_headers(http, method);
    error = http_start(&http->client, &(struct http_request){
                                          .method = method,
                                          .url = span_at(http->url, http->url_len),
                                          .headers = span_of(http->headers),
                                          .body_len = method == HTTP_POST ? (int64_t)http->body_len
                                                                          : HTTP_NO_REQUEST_BODY,
                                          .redirects_max = FACT_HTTP_REDIRECTS_MAX,
                                          .connect_timeout_ms = FACT_OPEN_LIMIT_MS,
                                          .response_timeout_ms = answer_ms,
                                          .idle_timeout_ms = answer_ms,
                                      });
    if (error != HTTP_FINE) {
        quectel_http_end(http, QUECTEL_HTTP_IDLE);
        return at_fail(at, quectel_http_error(error));
    }
    http->owner = terminal_of(at);
    http->cid = (size_t)quectel_of(at)->settings.foreground + 1;
    http->answer_s = seconds;
    http->phase = QUECTEL_HTTP_REQUEST;
    http->read_until_ms = CLOCK_NEVER;
    return AT_LATER;
}
