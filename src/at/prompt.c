/* prompt.c: collects what a host sends after the prompt. */
#include "at/internal.h"

#include "base/wipe.h"

#include <assert.h>

enum { CTRL_Z = 0x1A, ESCAPE_KEY = 0x1B };

/* The echo of an erased character. */
enum { ECHO_MAX = 3 };

void at_prompt(struct at_session *at, const struct at_prompt *prompt)
{
    assert(prompt->max <= at->config.payload_cap);
    at->prompt = *prompt;
    at->payload_len = 0;
    at->payload_over = false;
    at->prompt_idle_from_ms = at_now(at);
    at_put_line_end(at);
    at_put(at, span_of("> "));
    log_trace(at->config.log, TRACE_AT, "< prompt");
    at_enter(at, AT_PROMPT);
}

static void end_prompt(struct at_session *at, enum at_prompt_end end)
{
    struct span payload = span_at(at->config.payload, at->payload_len);
    enum at_status status;

    if (end == AT_PROMPT_COMPLETE && at->payload_over && !at->prompt.drop)
        end = AT_PROMPT_OVERFLOW;
    log_trace(at->config.log, TRACE_DATA, "prompt ended with %zu bytes", payload.len);
    at_enter(at, AT_BUSY);
    at->block_open = false;
    status = at->prompt.on_done(at, at->prompt.ctx, end, payload);
    /* A handler that answers later has copied what it needs. */
    wipe(at->config.payload, at->payload_len);
    at->payload_len = 0;
    at_finish(at, status);
}

/* What may be echoed: the answer that ends the prompt must always fit. */
static size_t echo_room(const struct at_session *at)
{
    size_t room = ring_room(&at->output);
    size_t reserve = at->config.dialect->answer_max;

    return room > reserve ? room - reserve : 0;
}

static size_t feed_exact(struct at_session *at, struct span bytes)
{
    size_t part = at->prompt.max - at->payload_len;

    if (part > bytes.len)
        part = bytes.len;
    if (at->settings.echo != 0 && part > echo_room(at))
        part = echo_room(at);
    if (part > 0)
        memcpy(at->config.payload + at->payload_len, bytes.data, part);
    at->payload_len += part;
    at_echo(at, span_at(bytes.data, part));
    if (at->payload_len == at->prompt.max)
        end_prompt(at, AT_PROMPT_COMPLETE);
    return part;
}

/* One character of a prompt that Ctrl-Z ends. */
static void edit(struct at_session *at, uint8_t c)
{
    if (c == CTRL_Z) {
        end_prompt(at, AT_PROMPT_COMPLETE);
    } else if (c == ESCAPE_KEY) {
        end_prompt(at, AT_PROMPT_ABORTED);
    } else if (c == (uint8_t)at->settings.s5) {
        if (at->payload_len > 0) {
            at->payload_len--;
            at_echo_erase(at);
        }
    } else if (at->payload_len < at->prompt.max) {
        at->config.payload[at->payload_len++] = c;
        at_echo(at, span_at(&c, 1));
    } else {
        at->payload_over = true;
    }
}

size_t at_feed_prompt(struct at_session *at, struct span bytes)
{
    size_t taken = 0;

    at->prompt_idle_from_ms = at_now(at);
    if (at->prompt.exact)
        return feed_exact(at, bytes);
    while (taken < bytes.len && at->state == AT_PROMPT && echo_room(at) >= ECHO_MAX)
        edit(at, bytes.data[taken++]);
    return taken;
}

void at_tick_prompt(struct at_session *at, int64_t now_ms)
{
    uint32_t limit_ms = at->config.dialect->prompt_idle_ms;

    if (limit_ms != 0 && now_ms >= at->prompt_idle_from_ms + limit_ms)
        end_prompt(at, AT_PROMPT_TIMED_OUT);
}
