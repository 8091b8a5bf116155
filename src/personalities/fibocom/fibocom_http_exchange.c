/* fibocom_http_exchange.c: a request: its start, its end, and what a host is told of it. */
#include "personalities/fibocom/fibocom.h"

#include "base/text.h"

#include <assert.h>

enum { SECOND_MS = 1000 };

/* ---- what the host is told ---- */

void fibocom_http_tell_connected(struct fibocom_http *http, bool connected)
{
    if (http->phase != HTTP_PHASE_CONNECTING)
        return;
    at_urc(http->owner->at, "%s: %d", http->secure ? "+HTTPS" : "+HTTP", connected);
    if (connected)
        fibocom_http_enter(http, HTTP_PHASE_AWAITED);
}

void fibocom_http_tell_result(struct fibocom_http *http, int code, size_t len)
{
    assert(http->owner != NULL);
    at_urc(http->owner->at, "+HTTPRES: %d,%d,%zu", http->mode, code, len);
}

void fibocom_http_fail(struct fibocom_http *http, int32_t fact)
{
    fibocom_http_tell_connected(http, false);
    fibocom_http_enter(http, HTTP_PHASE_NONE);
    fibocom_http_tell_result(http, (int)module_fact(http->modem, fact), 0);
}

static void note_time(const struct fibocom_http *http, enum http_error error)
{
    if (error != HTTP_TIMEOUT && http->exchange->failure.err != ERR_TIMEOUT)
        return;
    if (http_was_slow(http->exchange))
        module_note_fact(http->modem, FACT_HTTP_SLOW_MS);
    else if (http->preset_timer)
        module_note_fact(http->modem, FACT_HTTP_TIMER_S);
}

void fibocom_http_fail_for(struct fibocom_http *http, enum http_error error)
{
    assert(error != HTTP_FINE);
    note_time(http, error);
    switch (error) {
    case HTTP_DNS:
        fibocom_http_fail(http, FACT_HTTP_DNS_ERROR);
        break;
    case HTTP_TIMEOUT:
        fibocom_http_fail(http, FACT_HTTP_TIMED_OUT);
        break;
    case HTTP_REDIRECTS:
        module_note_fact(http->modem, FACT_HTTP_REDIRECTS_MAX);
        fibocom_http_fail(http, FACT_HTTP_NETWORK_ERROR);
        break;
    default:
        fibocom_http_fail(http, FACT_HTTP_NETWORK_ERROR);
        break;
    }
}

/* ---- the request ---- */

/* The manual prints a blank between "https://" and the host: it is left out. */
static size_t close_up(struct span url, char *ret_url)
{
    size_t len = 0;

    for (size_t i = 0; i < url.len; i++) {
        bool is_host = len >= 3 && memcmp(ret_url + len - 3, "://", 3) == 0;

        if (!is_host || url.data[i] != ' ')
            ret_url[len++] = (char)url.data[i];
    }
    return len;
}

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

/* With a Location, as the manual's text of REDIR has it (HTTP V1.2.3 §1.1.4). */
enum { STATUS_SENT_ELSEWHERE = 500 };

static enum http_method method_of(int mode)
{
    return mode == MODE_POST ? HTTP_POST : mode == MODE_HEAD ? HTTP_HEAD : HTTP_GET;
}

static unsigned redirects_max(const struct tlsmodem *modem)
{
    return (unsigned)module_fact_peek(modem, FACT_HTTP_REDIRECTS_MAX);
}

static enum http_error start(struct fibocom_http *http, int64_t timeout_ms)
{
    const struct tlsmodem *modem = http->modem;
    char url[FIBOCOM_HTTP_VALUE_MAX + 1], close[FIBOCOM_HTTP_VALUE_MAX];
    size_t len = close_up(span_of(fibocom_http_value(http->modem, HTTP_PARAM_URL)), close);
    bool redirects = fibocom_http_value(http->modem, HTTP_PARAM_REDIRECT)[0] == '1';
    struct http_request request = { .method = method_of(http->mode),
                                    .headers = bytes_span(&http->fields),
                                    .body_len = http->mode == MODE_POST ? (int64_t)http->data.len
                                                                        : HTTP_NO_REQUEST_BODY,
                                    .redirects_max = redirects ? redirects_max(modem) : 0,
                                    .redirects_too = STATUS_SENT_ELSEWHERE,
                                    .connect_timeout_ms = timeout_ms,
                                    .response_timeout_ms = timeout_ms,
                                    .idle_timeout_ms = timeout_ms,
                                    .slow_timeout_ms = module_fact_peek(modem, FACT_HTTP_SLOW_MS) };

    len = put_port_behind_host(span_at((const uint8_t *)close, len), url, sizeof(url));
    request.url = span_at((const uint8_t *)url, len);
    http->secure = len > 5 && memcmp(url, "https", 5) == 0;
    http->sent = 0;
    return http_start(http->exchange, &request);
}

enum at_status fibocom_http_begin(struct fibocom_http *http, struct module_terminal *owner,
                                  int mode, const struct at_arg *timer)
{
    int32_t preset_s = module_fact_peek(http->modem, FACT_HTTP_TIMER_S);
    enum http_error error;

    assert(!fibocom_http_is_busy(http) && mode >= MODE_GET && mode <= MODE_HEAD);
    if (http->phase == HTTP_PHASE_STREAMING)
        fibocom_http_enter(http, HTTP_PHASE_NONE);
    http->owner = owner;
    http->mode = mode;
    http->preset_timer = !timer->given;
    http->exchange = module_part(http->modem, &fibocom_exchange_part, 0);
    if (http->exchange == NULL || !fibocom_http_write_fields(http)) {
        http->exchange = NULL;
        return at_refuse_memory(owner->at, FIBOCOM_MEMORY_FAILURE);
    }
    error = start(http, (int64_t)(timer->given ? timer->number : preset_s) * SECOND_MS);
    if (error == HTTP_INVALID) {
        http->exchange = NULL;
        bytes_free(&http->fields);
        return at_refuse_said(owner->at, FACT_ERROR_HTTP_INVALID);
    }
    fibocom_http_enter(http, HTTP_PHASE_CONNECTING);
    if (error == HTTP_TLS && http->exchange->failure.tls.reason != TLS_INTERNAL)
        fibocom_tls_note(http->modem, &http->exchange->failure);
    if (error != HTTP_FINE)
        fibocom_http_fail_for(http, error);
    return AT_OK;
}

bool fibocom_http_is_busy(const struct fibocom_http *http)
{
    return fibocom_http_is_awaited(http) || http->entering || http->reader != NULL;
}

struct fibocom_http *fibocom_http_of(struct at_session *at)
{
    struct fibocom_http *http = module_part(module_of(at), &fibocom_http_part, 0);

    if (http == NULL)
        at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    return http;
}
