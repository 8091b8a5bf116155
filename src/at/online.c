/* online.c: the port is the peer's: data both ways, and the escape sequence. */
#include "at/internal.h"

#include <assert.h>

/* LATE_PART: the part of the guard time that is forgiven where bytes are seen late. */
enum { FIFTIETH_MS = 20, SECOND_MS = 1000, LATE_PART = 10 };

static int64_t guard_ms(const struct at_settings *settings)
{
    if (settings->escape_guard_s > 0)
        return (int64_t)settings->escape_guard_s * SECOND_MS;
    return (int64_t)settings->s12 * FIFTIETH_MS;
}

uint8_t at_escape_character(const struct at_session *at)
{
    return at->ignores_escape ? ESCAPE_NEVER : (uint8_t)at->settings.s2;
}

/* What a port that sees its host late forgives of it. */
static int64_t margin_ms(const struct at_session *at, int64_t guard)
{
    bool (*sees_late)(void *owner) = at->config.owner_ops->sees_late;

    return sees_late != NULL && sees_late(at->config.owner) ? guard / LATE_PART : 0;
}

void at_await_escape(struct at_session *at)
{
    int64_t guard = guard_ms(&at->settings);

    at->mode->inspected = 0;
    at->release = 0;
    at->ignores_escape = false;
    escape_init(&at->mode->escape, guard, margin_ms(at, guard), at_now(at));
}

void at_online(struct at_session *at, const struct at_online *online)
{
    assert(online->on_input != NULL && online->on_escape != NULL && online->on_room != NULL);
    assert(at->state != AT_PROMPT && at->state != AT_ONLINE && at->memory != NULL);
    at->mode->online = *online;
    at_await_escape(at);
}

void at_ignore_escape(struct at_session *at)
{
    at->ignores_escape = true;
}

/* Escape characters that were no escape go to the peer before anything else. */
static bool release_held(struct at_session *at)
{
    uint8_t held[3] = { at_escape_character(at), at_escape_character(at), at_escape_character(at) };

    while (at->release > 0) {
        size_t done =
            at->mode->online.on_input(at->mode->online.ctx, span_at(held, (size_t)at->release));

        if (done == 0)
            return false;
        at->release -= (int)done;
    }
    return true;
}

void at_unblock(struct at_session *at)
{
    if (at->state != AT_ONLINE || release_held(at))
        at_admit(at);
}

static size_t forward(struct at_session *at, struct span bytes)
{
    return release_held(at) ? at->mode->online.on_input(at->mode->online.ctx, bytes) : 0;
}

size_t at_feed_online(struct at_session *at, struct span bytes)
{
    bool hold;
    size_t taken;

    /* What the peer refused before was looked at then. */
    if (at->mode->inspected > 0) {
        if (at->mode->inspected < bytes.len)
            bytes.len = at->mode->inspected;
        taken = forward(at, bytes);
        at->mode->inspected -= taken;
        return taken;
    }
    at->release +=
        escape_feed(&at->mode->escape, at_escape_character(at), at_now(at), bytes, &hold);
    if (hold)
        return bytes.len;
    taken = forward(at, bytes);
    at->mode->inspected = bytes.len - taken;
    return taken;
}

bool at_escape_is_usual(const struct at_session *at)
{
    return at_escape_character(at) == '+';
}

void at_escape_online(struct at_session *at)
{
    at_enter(at, AT_BUSY);
    at->cursor = at_editor_line(&at->editor).len;
    at->mode->online.on_escape(at->mode->online.ctx);
}

void at_tick_online(struct at_session *at, int64_t now_ms)
{
    int release = 0;

    switch (escape_tick(&at->mode->escape, now_ms, &release)) {
    case ESCAPE_NOTHING:
        break;
    case ESCAPE_RELEASE:
        at->release += release;
        release_held(at);
        break;
    case ESCAPE_FOUND:
        at_trace(at, "> escape sequence");
        at_escape_online(at);
        break;
    }
}

void at_leave_online(struct at_session *at, enum at_status status)
{
    assert(at->state == AT_ONLINE || at->state == AT_BUSY);
    at_enter(at, AT_BUSY);
    at->release = 0;
    at->mode->inspected = 0;
    at->cursor = at_editor_line(&at->editor).len;
    at_finish(at, status);
}

void at_unsolicited_connect(struct at_session *at)
{
    assert(at->state == AT_COMMAND && at->mode != NULL && at->mode->online.on_input != NULL);
    at_end_line(at, AT_CONNECT);
}

uint8_t *at_output_tail(struct at_session *at, size_t *ret_room)
{
    uint8_t *tail = ring_tail(&at->output, ret_room);
    size_t room = ring_room(&at->output);
    size_t reserve = at->config.dialect->answer_max;

    assert(at->state == AT_ONLINE);
    /* The result code that ends online mode must always fit. */
    if (room < reserve)
        *ret_room = 0;
    else if (*ret_room > room - reserve)
        *ret_room = room - reserve;
    return tail;
}

void at_output_commit(struct at_session *at, size_t count)
{
    if (!at->abandoned)
        ring_commit(&at->output, count);
}
