/* prompt.c: collects what a host sends after the prompt. */
#include "at/internal.h"

#include "base/time.h"

#include <assert.h>

enum { CTRL_Z = 0x1A, ESCAPE_KEY = 0x1B };

/* The echo of an erased character, and of an escape sequence that was none. */
enum { ECHO_MAX = 3 };

enum { ESCAPE_LENGTH = 3 };

enum at_status at_prompt(struct at_session *at, const struct at_prompt *prompt)
{
    const char *text = prompt->text != NULL ? prompt->text : at->config.dialect->prompt;

    assert(prompt->memory != NULL || prompt->max <= at->config.payload_max);
    assert(!prompt->exact || prompt->max > 0);
    assert((at->state == AT_RUNNING || at->state == AT_BUSY) && at->mode != NULL);
    if (prompt->memory == NULL && !at_payload_new(at, prompt->max))
        return at_refuse_memory(at, at->config.dialect->error_memory);
    at->mode->prompt = *prompt;
    at->abandoned = false; /* whoever comes finds the port in the prompt */
    at->mode->payload_len = 0;
    at->mode->payload_over = 0;
    at->mode->prompt_from_ms = at_now(at);
    at->mode->prompt_idle_from_ms = at->mode->prompt_from_ms;
    at_await_escape(at);
    at_put_text(at, text);
    at_trace(at, "< prompt");
    at_enter(at, AT_PROMPT);
    return AT_LATER;
}

static uint8_t *memory_of(const struct at_session *at)
{
    return at->mode->prompt.memory != NULL ? at->mode->prompt.memory : at->mode->payload.bytes;
}

/* The module loses data here with no word to the host, or with one that does not say why. */
static void say_what_is_lost(const struct at_session *at, enum at_prompt_end end)
{
    const struct at_prompt *prompt = &at->mode->prompt;
    const char *instead = prompt->instead != NULL ? prompt->instead : "a command with a count";

    if (at->abandoned)
        return;
    if (at->mode->payload_over > 0 && prompt->drop && end == AT_PROMPT_COMPLETE)
        at_remark(at, "%zu bytes over %zu dropped; send them in parts, or by %s",
                  at->mode->payload_over, prompt->max, instead);
    else if (at->mode->payload_over > 0)
        at_remark(at, "%zu bytes over %zu: nothing is taken; line ends count as they are sent",
                  at->mode->payload_over, prompt->max);
    else if (end == AT_PROMPT_ABORTED && at->mode->payload_len > 0)
        at_remark(at, "ESC at byte %zu: nothing is taken; binary data needs %s",
                  at->mode->payload_len + 1, instead);
}

enum at_status at_refuse_prompt(struct at_session *at, int32_t code, enum at_prompt_end end,
                                size_t len)
{
    if (end == AT_PROMPT_OVERFLOW || (end == AT_PROMPT_ABORTED && len > 0))
        return at_refuse_said(at, code);
    if (end == AT_PROMPT_ABORTED)
        return at_refuse(at, code, "ESC ended the prompt");
    if (end == AT_PROMPT_TIMED_OUT)
        return at_refuse(at, code, "after %zu bytes nothing more came in time", len);
    return at_refuse(at, code, "the prompt ended after %zu bytes, before all had come", len);
}

static void end_prompt(struct at_session *at, enum at_prompt_end end)
{
    struct span payload = span_at(memory_of(at), at->mode->payload_len);
    struct at_payload own = at->mode->payload; /* on_done may open another prompt */
    enum at_status status;

    say_what_is_lost(at, end);
    if (at->mode->payload_over > 0 && !at->mode->prompt.drop && end != AT_PROMPT_ABORTED)
        end = AT_PROMPT_OVERFLOW;
    log_trace(at->config.log, TRACE_DATA, "prompt ended with %zu bytes", payload.len);
    at_enter(at, AT_BUSY);
    at_close_block(at);
    at->mode->payload = (struct at_payload){ 0 };
    at->mode->payload_len = 0;
    status = at->mode->prompt.on_done(at, at->mode->prompt.ctx, end, payload);
    at_payload_free(&own); /* a handler that answers later has copied what it needs */
    assert(status != AT_LATER || at->state != AT_BUSY || at_can_give_up(at));
    at_finish(at, status);
}

void at_abort_prompt(struct at_session *at)
{
    end_prompt(at, AT_PROMPT_ABORTED);
}

static bool echoes(const struct at_session *at)
{
    if (at->settings.echo == 0)
        return at->mode->prompt.echo == AT_ECHO_ALWAYS;
    switch (at->mode->prompt.echo) {
    case AT_ECHO_ON:
    case AT_ECHO_ALWAYS:
        return true;
    case AT_ECHO_OFF:
        return false;
    case AT_ECHO_DIALECT:
        break;
    }
    return at->config.dialect->prompt_echo;
}

/* What may be echoed: the answer that ends the prompt must always fit. */
static size_t echo_room(const struct at_session *at)
{
    size_t room = ring_room(&at->output);
    size_t reserve = at->config.dialect->answer_max;

    if (!echoes(at))
        return SIZE_MAX;
    return room > reserve ? room - reserve : 0;
}

/* How many bytes may be taken before there is no room for one more A. */
static size_t ack_room(const struct at_session *at)
{
    size_t room = ring_room(&at->output);
    size_t reserve = at->config.dialect->answer_max, every = at->mode->prompt.ack_every;
    size_t acks = room > reserve ? room - reserve : 0;

    return every == 0 ? SIZE_MAX : (acks + 1) * every - 1 - at->mode->payload_len % every;
}

static void acknowledge(struct at_session *at, size_t before)
{
    size_t every = at->mode->prompt.ack_every;

    if (every == 0)
        return;
    for (size_t due = at->mode->payload_len / every - before / every; due > 0; due--)
        at_put(at, span_of("A"));
}

/* Keeps literal bytes as far as there is memory. */
static void keep(struct at_session *at, struct span bytes)
{
    size_t before = at->mode->payload_len, room = at->mode->prompt.max - before;

    if (bytes.len > room) {
        at->mode->payload_over += bytes.len - room;
        bytes.len = room;
    }
    if (bytes.len > 0)
        memcpy(memory_of(at) + at->mode->payload_len, bytes.data, bytes.len);
    at->mode->payload_len += bytes.len;
    if (echoes(at))
        at_put(at, bytes);
    acknowledge(at, before);
}

/* Escape characters that were no escape sequence. */
static void keep_held(struct at_session *at, int count)
{
    uint8_t held[ESCAPE_LENGTH] = { at_escape_character(at), at_escape_character(at),
                                    at_escape_character(at) };

    keep(at, span_at(held, (size_t)count));
}

static size_t take_literal(struct at_session *at, struct span bytes)
{
    size_t room = at->mode->prompt.max - at->mode->payload_len;
    size_t part = bytes.len;

    if (at->mode->prompt.exact && part > room)
        part = room;
    if (part > echo_room(at))
        part = echo_room(at);
    if (part > ack_room(at))
        part = ack_room(at);
    keep(at, span_at(bytes.data, part));
    if (at->mode->prompt.exact && at->mode->payload_len == at->mode->prompt.max)
        end_prompt(at, AT_PROMPT_COMPLETE);
    return part;
}

/* What came beyond the room is gone already, and is taken back first. */
static void erase(struct at_session *at)
{
    if (at->mode->payload_over > 0)
        at->mode->payload_over--;
    else if (at->mode->payload_len > 0)
        at->mode->payload_len--;
    else
        return;
    if (echoes(at))
        at_put_erase(at);
}

/* One character of a prompt that Ctrl-Z ends. */
static void edit(struct at_session *at, uint8_t c)
{
    if (c == CTRL_Z) {
        end_prompt(at, AT_PROMPT_COMPLETE);
    } else if (c == ESCAPE_KEY) {
        end_prompt(at, AT_PROMPT_ABORTED);
    } else if (at->mode->prompt.edits && c == (uint8_t)at->settings.s5) {
        erase(at);
    } else {
        keep(at, span_at(&c, 1));
        if (c == '\r' && at->mode->prompt.asks_each_line)
            at_put_text(at, at->mode->prompt.text);
    }
}

static size_t take(struct at_session *at, struct span bytes)
{
    size_t taken = 0;

    if (at->mode->prompt.exact || at->mode->prompt.raw)
        return take_literal(at, bytes);
    while (taken < bytes.len && at->state == AT_PROMPT && echo_room(at) >= ECHO_MAX)
        edit(at, bytes.data[taken++]);
    return taken;
}

/* True when the bytes may be an escape sequence; false when they were seen, or are too few for the
 * count. */
static bool may_escape(const struct at_session *at)
{
    if (!at->mode->prompt.escape_ends || at->mode->inspected > 0)
        return false;
    return !at->mode->prompt.exact || at->mode->escape.held > 0 ||
           at->mode->prompt.max - at->mode->payload_len > ESCAPE_LENGTH;
}

size_t at_feed_prompt(struct at_session *at, struct span bytes)
{
    size_t taken;
    bool hold;

    at->mode->prompt_idle_from_ms = at_now(at);
    if (may_escape(at)) {
        if (echo_room(at) < ECHO_MAX)
            return 0;
        keep_held(
            at, escape_feed(&at->mode->escape, at_escape_character(at), at_now(at), bytes, &hold));
        if (hold)
            return bytes.len;
        at->mode->inspected = bytes.len;
    }
    if (at->mode->inspected > 0 && at->mode->inspected < bytes.len)
        bytes.len = at->mode->inspected;
    taken = take(at, bytes);
    if (at->state == AT_PROMPT && at->mode->inspected > 0)
        at->mode->inspected -= taken;
    return taken;
}

static int64_t idle_end_ms(const struct at_session *at)
{
    int64_t idle_ms = at->mode->prompt.idle_ms;

    if (idle_ms == 0)
        idle_ms = fact_number(at->config.model.facts, at->config.dialect->prompt_idle_ms);
    return idle_ms != 0 ? at->mode->prompt_idle_from_ms + idle_ms : CLOCK_NEVER;
}

/* When time ends the prompt. */
static int64_t end_ms(const struct at_session *at)
{
    uint32_t total_ms = at->mode->prompt.total_ms;

    return time_earlier(idle_end_ms(at),
                        total_ms != 0 ? at->mode->prompt_from_ms + total_ms : CLOCK_NEVER);
}

int64_t at_prompt_deadline(const struct at_session *at)
{
    if (!at->mode->prompt.escape_ends)
        return end_ms(at);
    return time_earlier(end_ms(at), escape_deadline(&at->mode->escape));
}

void at_tick_prompt(struct at_session *at, int64_t now_ms)
{
    int release = 0;

    if (at->mode->prompt.escape_ends &&
        escape_tick(&at->mode->escape, now_ms, &release) == ESCAPE_FOUND) {
        end_prompt(at, AT_PROMPT_ESCAPED);
    } else if (now_ms >= end_ms(at)) {
        if (at->mode->prompt.idle_ms == 0 && now_ms >= idle_end_ms(at))
            fact_note(at->config.model.facts, at->config.dialect->prompt_idle_ms);
        keep_held(at, release + at->mode->escape.held);
        end_prompt(at, AT_PROMPT_TIMED_OUT);
    } else {
        keep_held(at, release);
    }
}
