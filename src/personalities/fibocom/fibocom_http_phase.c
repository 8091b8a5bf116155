/* fibocom_http_phase.c: the phases of the response, and what is let go of when one is left. */
#include "personalities/fibocom/fibocom_http_phase.h"

#include "module/facts.h"
#include "module/module.h"
#include "personalities/fibocom/fibocom_facts.h"

#include <assert.h>

static const char *const phase_names[] = {
#define PHASE_NAME(name) [name] = #name,
    FIBOCOM_HTTP_PHASES(PHASE_NAME)
#undef PHASE_NAME
};

#define TO(phase) (1U << (phase))

static const unsigned allowed[] = {
    [HTTP_PHASE_NONE] = TO(HTTP_PHASE_CONNECTING),
    [HTTP_PHASE_CONNECTING] = TO(HTTP_PHASE_AWAITED) | TO(HTTP_PHASE_NONE),
    [HTTP_PHASE_AWAITED] = TO(HTTP_PHASE_COMPLETE) | TO(HTTP_PHASE_STREAMING) | TO(HTTP_PHASE_NONE),
    [HTTP_PHASE_COMPLETE] = TO(HTTP_PHASE_CONNECTING) | TO(HTTP_PHASE_NONE),
    [HTTP_PHASE_STREAMING] = TO(HTTP_PHASE_NONE),
};

bool fibocom_http_is_awaited(const struct fibocom_http *http)
{
    return http->phase == HTTP_PHASE_CONNECTING || http->phase == HTTP_PHASE_AWAITED;
}

/* The memory of the exchange goes when the module has come to rest: an event of it may be under
 * way. */
static void end_exchange(struct fibocom_http *http)
{
    if (http->exchange != NULL)
        http_stop(http->exchange);
    http->exchange = NULL;
}

/* What was for this request only. */
static void forget_request(struct fibocom_http *http)
{
    bytes_free(&http->fields);
    if (http->head.data != NULL && module_fact_is(http->modem, FACT_HTTP_HEAD_ONCE))
        bytes_free(&http->head);
}

void fibocom_http_enter(struct fibocom_http *http, enum fibocom_http_phase next)
{
    bool was_awaited = fibocom_http_is_awaited(http);

    assert((allowed[http->phase] & TO(next)) != 0);
    log_trace(http->modem->config.log, TRACE_SOCKET, "http: %s -> %s", phase_names[http->phase],
              phase_names[next]);
    http->phase = next;
    if (next == HTTP_PHASE_NONE || next == HTTP_PHASE_COMPLETE)
        end_exchange(http);
    if (next == HTTP_PHASE_NONE || next == HTTP_PHASE_CONNECTING)
        bytes_free(&http->response);
    if (was_awaited && !fibocom_http_is_awaited(http))
        forget_request(http);
}

void fibocom_http_forget(struct fibocom_http *http)
{
    if (http->phase != HTTP_PHASE_NONE)
        fibocom_http_enter(http, HTTP_PHASE_NONE);
}
