/* fibocom_http_exchange.c: a request and its response, which is collected for +HTTPREAD. */
#include "personalities/fibocom/fibocom.h"

#include "base/text.h"

enum { PIECE = 2048 };

/* ---- what the host is told ---- */

/* Whether there is a connection: once for a request. */
static void tell_connected(struct fibocom_http *http, bool connected)
{
    if (http->phase != HTTP_PHASE_CONNECTING)
        return;
    at_urc(http->owner->at, "%s: %d", http->secure ? "+HTTPS" : "+HTTP", connected);
    if (connected)
        fibocom_http_enter(http, HTTP_PHASE_AWAITED);
}

static void tell_result(struct fibocom_http *http, int code, size_t len)
{
    at_urc(http->owner->at, "+HTTPRES: %d,%d,%zu", http->mode, code, len);
}

static void fail(struct fibocom_http *http, int code)
{
    tell_connected(http, false);
    fibocom_http_enter(http, HTTP_PHASE_NONE);
    tell_result(http, code, 0);
}

static int code_of(enum http_error error)
{
    switch (error) {
    case HTTP_DNS:
        return FACT_HTTP_DNS_ERROR;
    case HTTP_TIMEOUT:
        return FACT_HTTP_TIMED_OUT;
    default:
        return FACT_HTTP_NETWORK_ERROR;
    }
}

/* ---- events ---- */

static void on_connected(void *ctx)
{
    tell_connected(ctx, true);
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

static void on_header(void *ctx, struct span line)
{
    struct fibocom_http *http = ctx;

    if (shows_header(http) && bytes_add(&http->response, line, FACT_HTTP_RESPONSE_MAX) == ERR_OK)
        (void)bytes_add(&http->response, span_of("\r\n"), FACT_HTTP_RESPONSE_MAX);
}

static void complete(struct fibocom_http *http)
{
    int code = http_status(http->exchange);

    fibocom_http_enter(http, HTTP_PHASE_COMPLETE);
    bytes_trim(&http->response);
    tell_result(http, code, http->response.len);
}

static void collect(struct fibocom_http *http)
{
    uint8_t piece[PIECE];
    ptrdiff_t got;

    while ((got = http_read(http->exchange, piece, sizeof(piece))) > 0) {
        if (bytes_add(&http->response, span_at(piece, (size_t)got), FACT_HTTP_RESPONSE_MAX) ==
            ERR_OK)
            continue;
        log_say(http->modem->config.log, LOG_WARNING,
                "http: the response is longer than %d bytes: MODE \"1\" takes any",
                FACT_HTTP_RESPONSE_MAX);
        fail(http, FACT_HTTP_NETWORK_ERROR);
        return;
    }
    if (got == 0)
        complete(http);
    else if (got != -ERR_AGAIN)
        fail(http, code_of(http_failure(http->exchange)));
}

/* The host hears that it comes; the length is known where the server says it. */
static void begin_stream(struct fibocom_http *http)
{
    int64_t body = http->mode == MODE_HEAD ? 0 : http_length(http->exchange);

    fibocom_http_enter(http, HTTP_PHASE_STREAMING);
    bytes_trim(&http->response);
    tell_result(http, http_status(http->exchange),
                http->response.len + (body > 0 ? (size_t)body : 0));
}

static void on_response(void *ctx)
{
    struct fibocom_http *http = ctx;

    if (shows_header(http))
        (void)bytes_add(&http->response, span_of("\r\n"), FACT_HTTP_RESPONSE_MAX);
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
    fail(http, code_of(error));
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

/* ---- the request ---- */

/* The manual's form has the port behind the path: "http://host/path:port".  Where no port stands in
 * its place, it is put there. */
static size_t put_port_behind_host(struct span url, char *ret_url, size_t cap)
{
    const char *text = (const char *)url.data;
    size_t host = 0, slash, colon = url.len;
    struct text out;

    for (size_t i = 0; i + 2 < url.len && host == 0; i++)
        host = memcmp(text + i, "://", 3) == 0 ? i + 3 : 0;
    for (slash = host; slash < url.len && text[slash] != '/'; slash++) {
        if (text[slash] == ':')
            slash = url.len; /* the port is where it belongs */
    }
    while (colon > slash && text[colon - 1] >= '0' && text[colon - 1] <= '9')
        colon--;
    text_init(&out, ret_url, cap);
    if (slash < url.len && colon > slash && colon < url.len && text[colon - 1] == ':') {
        text_add_span(&out, span_at(url.data, slash));
        text_add_span(&out, span_skip(url, colon - 1));
        text_add_span(&out, span_at(url.data + slash, colon - 1 - slash));
    } else {
        text_add_span(&out, url);
    }
    return out.len;
}

static enum http_method method_of(int mode)
{
    return mode == MODE_POST ? HTTP_POST : mode == MODE_HEAD ? HTTP_HEAD : HTTP_GET;
}

static enum http_error start(struct fibocom_http *http, int64_t timeout_ms)
{
    char url[FIBOCOM_HTTP_VALUE_MAX + 1];
    size_t len = put_port_behind_host(span_of(fibocom_http_value(http->modem, HTTP_PARAM_URL)), url,
                                      sizeof(url));
    bool redirects = fibocom_http_value(http->modem, HTTP_PARAM_REDIRECT)[0] == '1';
    struct http_request request = { .method = method_of(http->mode),
                                    .url = span_at(url, len),
                                    .headers = bytes_span(&http->fields),
                                    .body_len = http->mode == MODE_POST ? (int64_t)http->data.len
                                                                        : HTTP_NO_REQUEST_BODY,
                                    .redirects_max = redirects ? FACT_HTTP_REDIRECTS_MAX : 0,
                                    .connect_timeout_ms = timeout_ms,
                                    .response_timeout_ms = timeout_ms,
                                    .idle_timeout_ms = timeout_ms,
                                    .slow_timeout_ms = FACT_HTTP_SLOW_MS };

    http->secure = len > 5 && memcmp(url, "https", 5) == 0;
    http->sent = 0;
    return http_start(http->exchange, &request);
}

enum at_status fibocom_http_begin(struct fibocom_http *http, struct module_terminal *owner,
                                  int mode, int64_t timeout_ms)
{
    enum http_error error;

    if (http->phase == HTTP_PHASE_STREAMING)
        fibocom_http_enter(http, HTTP_PHASE_NONE);
    http->owner = owner;
    http->mode = mode;
    http->exchange = module_part(http->modem, &fibocom_exchange_part, 0);
    if (http->exchange == NULL || !fibocom_http_write_fields(http)) {
        http->exchange = NULL;
        return at_fail(owner->at, FIBOCOM_MEMORY_FAILURE);
    }
    error = start(http, timeout_ms);
    if (error == HTTP_INVALID) {
        http->exchange = NULL;
        bytes_free(&http->fields);
        return at_fail(owner->at, FACT_ERROR_HTTP_INVALID);
    }
    fibocom_http_enter(http, HTTP_PHASE_CONNECTING);
    if (error == HTTP_TLS && http->exchange->failure.tls.reason != TLS_INTERNAL)
        fibocom_tls_note(http->modem, &http->exchange->failure);
    if (error != HTTP_FINE)
        fail(http, code_of(error));
    return AT_OK;
}

/* ---- the parts ---- */

bool fibocom_http_is_busy(const struct fibocom_http *http)
{
    return fibocom_http_is_awaited(http) || http->entering || http->reader != NULL;
}

struct fibocom_http *fibocom_http_of(struct at_session *at)
{
    struct fibocom_http *http = module_part(module_of(at), &fibocom_http_part, 0);

    if (http == NULL)
        at_fail(at, FIBOCOM_MEMORY_FAILURE);
    return http;
}

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
        fail(http, FACT_HTTP_NETWORK_ERROR);
    if (cid != CALL_CID || http->phase != HTTP_PHASE_STREAMING)
        return;
    fibocom_http_enter(http, HTTP_PHASE_NONE);
    http->reader = NULL;
    if (reader != NULL)
        at_finish(reader->at, at_fail(reader->at, FACT_ERROR_HTTP_BROKEN));
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
