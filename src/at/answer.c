/* answer.c: the one place that formats what a host reads.  Source: V.250 5.7, 27.007 9.1. */
#include "at/internal.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

enum { TEXT_MAX = 600 };

static const struct {
    const char *text;
    const char *number;
} results[] = {
    [RESULT_OK] = { "OK", "0" },
    [RESULT_CONNECT] = { "CONNECT", "1" },
    [RESULT_NO_CARRIER] = { "NO CARRIER", "3" },
    [RESULT_ERROR] = { "ERROR", "4" },
};

void at_put(struct at_session *at, struct span bytes)
{
    /* Room for an answer was there before its command started. */
    size_t done = ring_put(&at->output, bytes);

    if (done < bytes.len)
        log_say(at->config.log, LOG_ERROR, "answer cut by %zu bytes: its command passes answer_max",
                bytes.len - done);
}

void at_put_line_end(struct at_session *at)
{
    uint8_t end[2] = { (uint8_t)at->settings.s3, (uint8_t)at->settings.s4 };

    at_put(at, span_at(end, sizeof(end)));
}

void at_echo(struct at_session *at, struct span bytes)
{
    if (at->settings.echo != 0)
        at_put(at, bytes);
}

void at_echo_erase(struct at_session *at)
{
    uint8_t erased[3] = { (uint8_t)at->settings.s5, ' ', (uint8_t)at->settings.s5 };

    at_echo(at, span_at(erased, sizeof(erased)));
}

/* The first line of a block starts with a line end of its own, each line ends with one. */
static void put_information(struct at_session *at, struct span line, bool first)
{
    if (first && at->settings.verbose != 0)
        at_put_line_end(at);
    at_put(at, line);
    at_put_line_end(at);
}

void at_info(struct at_session *at, const char *format, ...)
{
    char line[TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    put_information(at, span_of(line), !at->block_open);
    at->block_open = true;
    log_trace(at->config.log, TRACE_AT, "< %s", line);
}

void at_write_result(struct at_session *at, enum at_result result)
{
    uint8_t end = (uint8_t)at->settings.s3;

    log_trace(at->config.log, TRACE_AT, "< %s", results[result].text);
    if (at->settings.quiet != 0)
        return;
    if (at->settings.verbose != 0) {
        put_information(at, span_of(results[result].text), true);
    } else {
        at_put(at, span_of(results[result].number));
        at_put(at, span_at(&end, 1));
    }
}

void at_write_error(struct at_session *at)
{
    const char *words = at->config.dialect->error_text(at->fail_code);
    char line[TEXT_MAX];

    if (at->settings.cmee == 0 || at->fail_code < 0) {
        at_write_result(at, RESULT_ERROR);
        return;
    }
    if (at->settings.cmee == 2 && words != NULL)
        snprintf(line, sizeof(line), "+CME ERROR: %s", words);
    else
        snprintf(line, sizeof(line), "+CME ERROR: %d", at->fail_code);
    log_trace(at->config.log, TRACE_AT, "< %s", line);
    if (at->settings.quiet == 0)
        put_information(at, span_of(line), true);
}

void at_urc(struct at_session *at, const char *format, ...)
{
    char line[TEXT_MAX];
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
    return !at_editor_is_open(&at->editor) || at_now(at) >= at->quiet_from_ms;
}

static uint8_t pop_byte(struct ring *ring)
{
    uint8_t byte = ring_peek(ring).data[0];

    ring_drop(ring, 1);
    return byte;
}

static void write_queued(struct at_session *at)
{
    char line[TEXT_MAX];
    size_t len = (size_t)pop_byte(&at->urcs) << 8;

    len |= pop_byte(&at->urcs);
    for (size_t i = 0; i < len; i++)
        line[i] = (char)pop_byte(&at->urcs);
    put_information(at, span_at(line, len), true);
    log_trace(at->config.log, TRACE_AT, "< %.*s", (int)len, line);
}

void at_flush_unsolicited(struct at_session *at)
{
    if (at->speaking)
        return;
    at->speaking = true;
    while (at->urcs.len > 0 && at_may_speak(at))
        write_queued(at);
    if (at_may_speak(at))
        at->config.owner_ops->on_quiet(at);
    at->speaking = false;
}

void at_unsolicited(struct at_session *at, struct span data, const char *format, ...)
{
    char line[TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (at->settings.verbose != 0)
        at_put_line_end(at);
    at_put(at, span_of(line));
    at_put(at, data);
    at_put_line_end(at);
    log_trace(at->config.log, TRACE_AT, "< %s", line);
}

void at_unsolicited_no_carrier(struct at_session *at)
{
    at_write_result(at, RESULT_NO_CARRIER);
}

void at_poke(struct at_session *at)
{
    at_flush_unsolicited(at);
}
