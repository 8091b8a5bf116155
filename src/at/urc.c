/* urc.c: unsolicited result codes, which a port says on its own: when, and how far apart.
 *
 * Source: V.250 5.7.1; the distances are the dialect's.
 */
#include "at/internal.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

/* The line ends before and behind a line. */
enum { FRAME_BYTES = 4 };

/* Without memory for what there is to say, it is tried again so much later. */
enum { RETRY_MS = 1000 };

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
    int64_t now_ms;

    if (distance_ms == 0)
        return;
    now_ms = at_now(at);
    if (now_ms >= at->speak_from_ms)
        at->held_from_ms = now_ms;
    if (now_ms + distance_ms > at->speak_from_ms && now_ms - at->held_from_ms < HOLD_MAX_MS)
        at->speak_from_ms = now_ms + distance_ms;
    at->holds = true;
}

bool at_may_speak(const struct at_session *at)
{
    if (at->state != AT_COMMAND || (at->holds && at_now(at) < at_speak_from(at)))
        return false;
    if (at->memory == NULL)
        return at->output.len == 0; /* the reserve is there */
    return ring_room(&at->output) >= at->config.dialect->answer_max;
}

bool at_may_speak_at_length(struct at_session *at)
{
    if (!at_may_speak(at))
        return false;
    if (at_wake(at))
        return true;
    at_keep_distance(at, RETRY_MS);
    return false;
}

static void write_line(struct at_session *at, struct span line)
{
    at_put_information(at, line, true);
    at_keep_distance(at, at->config.dialect->urc_gap_ms);
    at_trace(at, "< %.*s", (int)line.len, (const char *)line.data);
}

static uint8_t pop_byte(struct ring *ring)
{
    uint8_t byte = ring_peek(ring).data[0];

    ring_drop(ring, 1);
    return byte;
}

static size_t pop_length(struct ring *ring)
{
    size_t high = pop_byte(ring);

    return high << 8 | pop_byte(ring);
}

static struct span pop_line(struct at_session *at, uint8_t line[AT_TEXT_MAX])
{
    size_t len = pop_length(&at->urcs);

    for (size_t taken = 0; taken < len;) {
        struct span piece = ring_peek(&at->urcs);
        size_t part = piece.len < len - taken ? piece.len : len - taken;

        memcpy(line + taken, piece.data, part);
        ring_drop(&at->urcs, part);
        taken += part;
    }
    return span_at(line, len);
}

static void write_queued(struct at_session *at)
{
    uint8_t line[AT_TEXT_MAX];

    write_line(at, pop_line(at, line));
}

static void lose_oldest(struct at_session *at)
{
    uint8_t memory[AT_TEXT_MAX];
    struct span line = pop_line(at, memory);

    at_say(at, LOG_WARNING, "too many unsolicited lines wait: \"%.*s\" is lost", (int)line.len,
           (const char *)line.data);
}

static void queue(struct at_session *at, struct span line)
{
    uint8_t len[2] = { (uint8_t)(line.len >> 8), (uint8_t)line.len };

    if (line.len + sizeof(len) > at->urcs.cap)
        return;
    while (ring_room(&at->urcs) < line.len + sizeof(len))
        lose_oldest(at);
    ring_put(&at->urcs, span_at(len, sizeof(len)));
    ring_put(&at->urcs, line);
}

/* True when the line may be written at once; what waits goes first. */
static bool comes_at_once(struct at_session *at, size_t len)
{
    return !at->speaking && at->urcs.len == 0 && at_may_speak(at) &&
           (len + FRAME_BYTES <= ring_room(&at->output) || at_wake(at));
}

void at_urc(struct at_session *at, const char *format, ...)
{
    char memory[AT_TEXT_MAX];
    struct text line;
    va_list args;

    text_init(&line, memory, sizeof(memory));
    va_start(args, format);
    text_add_list(&line, format, args);
    va_end(args);
    if (comes_at_once(at, line.len))
        write_line(at, text_span(&line));
    else if (at_wake(at))
        queue(at, text_span(&line));
    else
        log_say(at->config.log, LOG_WARNING, "unsolicited line is lost: %s", line.at);
    at_poke(at);
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
    char memory[AT_TEXT_MAX];
    struct text line;
    va_list args;

    assert(at->state == AT_COMMAND);
    text_init(&line, memory, sizeof(memory));
    va_start(args, format);
    text_add_list(&line, format, args);
    va_end(args);
    if (at->settings.verbose != 0)
        at_put_line_end(at);
    at_put(at, text_span(&line));
    at_put(at, data);
    at_put_line_end(at);
    at_keep_distance(at, at->config.dialect->urc_gap_ms);
    at_trace(at, "< %s", line.at);
}

void at_unsolicited_block(struct at_session *at)
{
    assert(at->state == AT_COMMAND);
    at_close_block(at);
}

void at_unsolicited_no_carrier(struct at_session *at)
{
    at_result(at, AT_NO_CARRIER);
    at_keep_distance(at, at->config.dialect->urc_gap_ms);
}

void at_unsolicited_ring(struct at_session *at)
{
    at_put_ring(at);
    at_keep_distance(at, at->config.dialect->urc_gap_ms);
}

void at_last_words(struct at_session *at, const char *line)
{
    if (at->state == AT_COMMAND)
        write_line(at, span_of(line));
}

void at_poke(struct at_session *at)
{
    at_flush_unsolicited(at);
}
