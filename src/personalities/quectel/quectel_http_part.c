/* quectel_http_part.c: what comes of an HTTP exchange, and what ends it from outside.
 *
 * Source: docs/facts/quectel.md §3 (GSM HTTP AT Commands), §6.2.
 */
#include "personalities/quectel/quectel.h"

enum { SECOND_MS = 1000, STATUS_GOOD = 200, STATUS_GOOD_END = 300 };

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
    at_finish(at, at_refuse_said(at, error));
}

static void on_response(void *ctx)
{
    struct quectel_http *http = ctx;
    int status = http_status(&http->exchange->client);

    if (status < STATUS_GOOD || status >= STATUS_GOOD_END) {
        log_say(http->modem->config.log, LOG_WARNING, "http: the server answers with status %d",
                status);
        finish(http, QUECTEL_HTTP_RESPONSE_FAILED);
    } else {
        quectel_http_forget_body(http);
        quectel_http_enter(http, QUECTEL_HTTP_READY);
        http->read_until_ms =
            module_now(http->modem) + (int64_t)http->answer_time.seconds * SECOND_MS;
        at_finish(http->owner->at, AT_OK);
    }
}

static void on_readable(void *ctx)
{
    struct quectel_http *http = ctx;

    if (http->phase == QUECTEL_HTTP_DOWNLOAD)
        quectel_http_pump_download(http);
    else
        online_pump(&http->exchange->online);
}

static void on_failed(void *ctx, enum http_error error)
{
    struct quectel_http *http = ctx;

    if (error == HTTP_TIMEOUT)
        quectel_http_note_time(http, http->answer_time);
    else if (http->exchange->client.failure.err == ERR_TIMEOUT)
        module_note_fact(http->modem, FACT_OPEN_LIMIT_MS);
    else if (error == HTTP_REDIRECTS)
        module_note_fact(http->modem, FACT_HTTP_REDIRECTS_MAX);
    finish(http, quectel_http_error(error));
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
               : time_earlier(time_earlier(http->read_until_ms, http->exchange->download_until_ms),
                              http_deadline(&http->exchange->client));
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct quectel_http *http = state;

    if (http->exchange != NULL && module_now(modem) >= http->exchange->download_until_ms) {
        quectel_http_note_time(http, http->answer_time);
        quectel_http_end_download(http, QUECTEL_HTTP_WAIT_DATA_TIMEOUT);
    }
    if (http->exchange != NULL)
        http_tick(&http->exchange->client);
    if (module_now(modem) >= http->read_until_ms) {
        quectel_http_note_time(http, http->answer_time);
        quectel_http_end(http, QUECTEL_HTTP_EXPIRED);
    }
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct quectel_http *http = state;
    enum quectel_http_phase phase = http->phase;
    struct online *reading;

    (void)modem;
    if (cid != http->cid || phase == QUECTEL_HTTP_INPUT || phase == QUECTEL_HTTP_IDLE)
        return;
    if (phase == QUECTEL_HTTP_REQUEST || phase == QUECTEL_HTTP_DOWNLOAD) {
        log_say(http->modem->config.log, LOG_WARNING, "http: the context has gone down");
        finish(http, QUECTEL_HTTP_NETWORK_DEACTIVATED);
        return;
    }
    reading = phase == QUECTEL_HTTP_READING ? &http->exchange->online : NULL;
    quectel_http_end(http, QUECTEL_HTTP_IDLE);
    if (reading != NULL)
        online_leave(reading, at_refuse(http->owner->at, QUECTEL_HTTP_NETWORK_DEACTIVATED,
                                        "the context has gone down"));
}

static void on_dtr_drop(struct module_terminal *terminal, void *state)
{
    struct quectel_http *http = state;

    if (http->phase == QUECTEL_HTTP_READING && http->owner == terminal) {
        struct online *reading = &http->exchange->online;

        quectel_http_end(http, QUECTEL_HTTP_IDLE);
        online_leave(reading, AT_OK);
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
