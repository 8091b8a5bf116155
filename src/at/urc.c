/* urc.c: unsolicited result codes, which a port says on its own: when, and how far apart.
 *
 * Source: V.250 5.7.1; the distances are the dialect's.
 */
#include "at/internal.h"

#include <stdarg.h>
#include <stdio.h>

void at_urc(struct at_session *at, const char *format, ...)
{
    char line[AT_TEXT_MAX];
    uint8_t len[2];
    struct span text;
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    text = span_of(line);
    if (text.len + sizeof(len) > at->urcs.cap)
        return;
    while (ring_room(&at->urcs) < text.len + sizeof(len)) {
        struct ring oldest = at->urcs;
        size_t size;

        size = (size_t)ring_peek(&oldest).data[0] << 8;
        ring_drop(&oldest, 1);
        size |= ring_peek(&oldest).data[0];
        ring_drop(&at->urcs, size + sizeof(len));
    }
    len[0] = (uint8_t)(text.len >> 8);
    len[1] = (uint8_t)text.len;
    ring_put(&at->urcs, span_at(len, sizeof(len)));
    ring_put(&at->urcs, text);
    at_poke(at);
}

bool at_may_speak(const struct at_session *at)
{
    if (at->state != AT_COMMAND || ring_room(&at->output) < at->config.dialect->answer_max)
        return false;
    return at_now(at) >= at_speak_from(at);
}

int64_t at_speak_from(const struct at_session *at)
{
    if (at_editor_is_open(&at->editor) && at->quiet_from_ms > at->speak_from_ms)
        return at->quiet_from_ms;
    return at->speak_from_ms;
}

/* A host that types without a pause does not hold unsolicited lines back for longer. */
enum { HOLD_MAX_MS = 1000 };

void at_keep_distance(struct at_session *at, uint32_t distance_ms)
{
    int64_t now_ms = at_now(at);

    if (distance_ms == 0)
        return;
    if (now_ms >= at->speak_from_ms)
        at->held_from_ms = now_ms;
    if (now_ms + distance_ms > at->speak_from_ms && now_ms - at->held_from_ms < HOLD_MAX_MS)
        at->speak_from_ms = now_ms + distance_ms;
    at->holds = true;
}

static uint8_t pop_byte(struct ring *ring)
{
    uint8_t byte = ring_peek(ring).data[0];

    ring_drop(ring, 1);
    return byte;
}

static void write_queued(struct at_session *at)
{
    char line[AT_TEXT_MAX];
    size_t len = (size_t)pop_byte(&at->urcs) << 8;

    len |= pop_byte(&at->urcs);
    for (size_t i = 0; i < len; i++)
        line[i] = (char)pop_byte(&at->urcs);
    at_put_information(at, span_at(line, len), true);
    at_keep_distance(at, at->config.dialect->urc_gap_ms);
    log_trace(at->config.log, TRACE_AT, "< %.*s", (int)len, line);
}

void at_flush_unsolicited(struct at_session *at)
{
    if (at->speaking)
        return;
    at->speaking = true;
    at->holds = at->holds && at_now(at) < at_speak_from(at);
    while (at->urcs.len > 0 && at_may_speak(at))
        write_queued(at);
    if (at_may_speak(at))
        at->config.owner_ops->on_quiet(at);
    at->speaking = false;
}

void at_unsolicited(struct at_session *at, struct span data, const char *format, ...)
{
    char line[AT_TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (at->settings.verbose != 0)
        at_put_line_end(at);
    at_put(at, span_of(line));
    at_put(at, data);
    at_put_line_end(at);
    at_keep_distance(at, at->config.dialect->urc_gap_ms);
    log_trace(at->config.log, TRACE_AT, "< %s", line);
}

void at_unsolicited_block(struct at_session *at)
{
    at_close_block(at);
}

void at_unsolicited_no_carrier(struct at_session *at)
{
    at_result(at, AT_NO_CARRIER);
    at_keep_distance(at, at->config.dialect->urc_gap_ms);
}

void at_poke(struct at_session *at)
{
    at_flush_unsolicited(at);
}
