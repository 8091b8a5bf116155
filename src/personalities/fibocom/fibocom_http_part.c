/* fibocom_http_part.c: what a request brings: the response is collected for +HTTPREAD. */
#include "personalities/fibocom/fibocom.h"

enum { PIECE = 2048 };

static void on_connected(void *ctx)
{
    fibocom_http_tell_connected(ctx, true);
}

static size_t give_body(void *ctx, uint8_t *buf, size_t cap)
{
    struct fibocom_http *http = ctx;
    size_t left = http->data.len - http->sent;
    size_t part = left < cap ? left : cap;

    if (part > 0)
        memcpy(buf, http->data.data + http->sent, part);
    http->sent += part;
    return part;
}

static bool rewind_body(void *ctx)
{
    ((struct fibocom_http *)ctx)->sent = 0;
    return true;
}

static bool shows_header(const struct fibocom_http *http)
{
    return fibocom_http_value(http->modem, HTTP_PARAM_HEADER)[0] != '1';
}

/* Puts it behind the response that is kept; false: it is too long, or there is no memory. */
static bool keep(struct fibocom_http *http, struct span bytes)
{
    int32_t max = module_fact_peek(http->modem, FACT_HTTP_RESPONSE_MAX);
    enum err err = bytes_add(&http->response, bytes, (size_t)max);

    if (err == ERR_FULL)
        module_note_fact(http->modem, FACT_HTTP_RESPONSE_MAX);
    return err == ERR_OK;
}

static void on_header(void *ctx, struct span line)
{
    struct fibocom_http *http = ctx;

    if (shows_header(http) && keep(http, line))
        (void)keep(http, span_of("\r\n"));
}

static void complete(struct fibocom_http *http)
{
    int code = http_status(http->exchange);

    fibocom_http_enter(http, HTTP_PHASE_COMPLETE);
    bytes_trim(&http->response);
    fibocom_http_tell_result(http, code, http->response.len);
}

static void collect(struct fibocom_http *http)
{
    uint8_t piece[PIECE];
    ptrdiff_t got;

    while ((got = http_read(http->exchange, piece, sizeof(piece))) > 0) {
        if (keep(http, span_at(piece, (size_t)got)))
            continue;
        log_say(http->modem->config.log, LOG_WARNING,
                "http: the response is longer than %d bytes: MODE \"1\" takes any",
                (int)module_fact_peek(http->modem, FACT_HTTP_RESPONSE_MAX));
        fibocom_http_fail(http, FACT_HTTP_NETWORK_ERROR);
        return;
    }
    if (got == 0)
        complete(http);
    else if (got != -ERR_AGAIN)
        fibocom_http_fail_for(http, http_failure(http->exchange));
}

/* The host hears that it comes; the length is known where the server says it. */
static void begin_stream(struct fibocom_http *http)
{
    int64_t body = http->mode == MODE_HEAD ? 0 : http_length(http->exchange);

    fibocom_http_enter(http, HTTP_PHASE_STREAMING);
    bytes_trim(&http->response);
    fibocom_http_tell_result(http, http_status(http->exchange),
                             http->response.len + (body > 0 ? (size_t)body : 0));
}

static void on_response(void *ctx)
{
    struct fibocom_http *http = ctx;

    if (shows_header(http))
        (void)keep(http, span_of("\r\n"));
    if (fibocom_http_value(http->modem, HTTP_PARAM_MODE)[0] == '1')
        begin_stream(http);
    else
        collect(http);
}

static void on_readable(void *ctx)
{
    struct fibocom_http *http = ctx;

    if (http->phase == HTTP_PHASE_STREAMING)
        fibocom_http_pump(http);
    else
        collect(http);
}

static void on_failed(void *ctx, enum http_error error)
{
    struct fibocom_http *http = ctx;

    if (error == HTTP_TLS)
        fibocom_tls_note(http->modem, &http->exchange->failure);
    fibocom_http_fail_for(http, error);
}

static const struct http_events events = {
    .on_connected = on_connected,
    .give_body = give_body,
    .rewind_body = rewind_body,
    .on_header = on_header,
    .on_response = on_response,
    .on_readable = on_readable,
    .on_failed = on_failed,
};

/* ---- the parts ---- */

static void init_exchange(struct tlsmodem *modem, void *state, size_t unit)
{
    const struct tls_source source = { fibocom_tls_lend, modem };

    http_init(state, 1, &modem->world, &events, module_part_if(modem, &fibocom_http_part, unit),
              &source);
}

static void deinit_exchange(struct tlsmodem *modem, void *state)
{
    (void)modem;
    http_stop(state);
}

static bool is_exchange_idle(const struct tlsmodem *modem, const void *state)
{
    const struct fibocom_http *http = module_part_if(modem, &fibocom_http_part, 0);

    return http == NULL || http->exchange != state;
}

static int64_t exchange_deadline(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return http_deadline(state);
}

static void tick_exchange(struct tlsmodem *modem, void *state)
{
    (void)modem;
    http_tick(state);
}

const struct module_part fibocom_exchange_part = {
    .size = sizeof(struct http),
    .init = init_exchange,
    .deinit = deinit_exchange,
    .is_idle = is_exchange_idle,
    .deadline = exchange_deadline,
    .tick = tick_exchange,
};

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    (void)unit;
    ((struct fibocom_http *)state)->modem = modem;
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct fibocom_http *http = state;

    (void)modem;
    fibocom_http_forget(http);
    bytes_free(&http->data);
    bytes_free(&http->head);
    bytes_free(&http->fields);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct fibocom_http *http = state;

    (void)modem;
    return !fibocom_http_is_busy(http) && http->phase == HTTP_PHASE_NONE &&
           http->data.data == NULL && http->head.data == NULL;
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct fibocom_http *http = state;
    struct module_terminal *reader = http->reader;

    (void)modem;
    if (cid == CALL_CID && fibocom_http_is_awaited(http))
        fibocom_http_fail(http, FACT_HTTP_NETWORK_ERROR);
    if (cid != CALL_CID || http->phase != HTTP_PHASE_STREAMING)
        return;
    fibocom_http_enter(http, HTTP_PHASE_NONE);
    http->reader = NULL;
    if (reader != NULL)
        at_finish(reader->at,
                  at_refuse(reader->at, FACT_ERROR_HTTP_BROKEN, "the context has gone down"));
}

static bool owes(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return fibocom_http_is_awaited(state);
}

const struct module_part fibocom_http_part = {
    .size = sizeof(struct fibocom_http),
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .owes = owes,
    .on_context_down = on_context_down,
};
