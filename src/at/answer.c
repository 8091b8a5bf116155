/* answer.c: the one place that formats what a host reads.  Source: V.250 5.7, 27.007 9.1. */
#include "at/internal.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

enum { TEXT_MAX = 800 };

enum result { RESULT_OK, RESULT_CONNECT, RESULT_NO_CARRIER, RESULT_ERROR };

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
    size_t done;

    if (at->abandoned)
        return;
    /* Room for an answer was there before its command started. */
    done = ring_put(&at->output, bytes);
    if (done < bytes.len)
        log_say(at->config.log, LOG_ERROR, "answer cut by %zu bytes: its command passes answer_max",
                bytes.len - done);
}

void at_long_answer(struct at_session *at, void (*on_room)(void *ctx), void *ctx)
{
    at->on_answer_room = on_room;
    at->answer_ctx = ctx;
}

size_t at_answer_room(const struct at_session *at)
{
    size_t room = ring_room(&at->output);
    size_t reserve = at->config.dialect->answer_max;

    if (at->abandoned)
        return SIZE_MAX; /* at_put() drops it */
    return room > reserve ? room - reserve : 0;
}

void at_put_line_end(struct at_session *at)
{
    uint8_t end[2] = { (uint8_t)at->settings.s3, (uint8_t)at->settings.s4 };

    at_put(at, span_at(end, sizeof(end)));
}

void at_put_text(struct at_session *at, const char *text)
{
    for (; *text != '\0'; text++) {
        uint8_t c = (uint8_t)*text;

        if (c == '\r')
            c = (uint8_t)at->settings.s3;
        else if (c == '\n')
            c = (uint8_t)at->settings.s4;
        at_put(at, span_at(&c, 1));
    }
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

void at_close_block(struct at_session *at)
{
    at->block_open = false;
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

/* A result code: `text`, or with V0 `number`. */
static void put_result(struct at_session *at, const char *text, const char *number)
{
    uint8_t end = (uint8_t)at->settings.s3;

    log_trace(at->config.log, TRACE_AT, "< %s", text);
    if (at->settings.quiet != 0)
        return;
    if (at->settings.verbose != 0) {
        put_information(at, span_of(text), true);
    } else {
        at_put(at, span_of(number));
        at_put(at, span_at(&end, 1));
    }
}

static void write_result(struct at_session *at, enum result result)
{
    put_result(at, results[result].text, results[result].number);
}

void at_result_text(struct at_session *at, const char *text)
{
    put_result(at, text, text);
    at_close_block(at);
}

static bool wants_plain_error(const struct at_session *at)
{
    return at->settings.cmee == 0 || at->fail_code < 0 || (at->row != NULL && at->row->plain_error);
}

/* The error that at_fail() noted, by +CMEE. */
static void write_error(struct at_session *at)
{
    const char *words = at->config.dialect->error_text(at->fail_code);
    char line[TEXT_MAX];

    if (wants_plain_error(at)) {
        write_result(at, RESULT_ERROR);
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

void at_result(struct at_session *at, enum at_status status)
{
    switch (status) {
    case AT_OK:
        write_result(at, RESULT_OK);
        break;
    case AT_CONNECT:
        write_result(at, RESULT_CONNECT);
        break;
    case AT_NO_CARRIER:
        write_result(at, RESULT_NO_CARRIER);
        break;
    case AT_FAIL:
    case AT_LATER:
        write_error(at);
        break;
    case AT_SILENT:
        break;
    }
    at_close_block(at);
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
    char line[TEXT_MAX];
    size_t len = (size_t)pop_byte(&at->urcs) << 8;

    len |= pop_byte(&at->urcs);
    for (size_t i = 0; i < len; i++)
        line[i] = (char)pop_byte(&at->urcs);
    put_information(at, span_at(line, len), true);
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
    at_keep_distance(at, at->config.dialect->urc_gap_ms);
    log_trace(at->config.log, TRACE_AT, "< %s", line);
}

void at_unsolicited_block(struct at_session *at)
{
    at_close_block(at);
}

void at_unsolicited_no_carrier(struct at_session *at)
{
    write_result(at, RESULT_NO_CARRIER);
    at_keep_distance(at, at->config.dialect->urc_gap_ms);
}

void at_poke(struct at_session *at)
{
    at_flush_unsolicited(at);
}
