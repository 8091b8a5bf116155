/* answer.c: the one place that formats what a host reads.  Source: V.250 5.7, 27.007 9.1. */
#include "at/internal.h"

#include <assert.h>
#include <stdarg.h>

enum { LINE_END_BYTES = 2 };

enum result { RESULT_OK, RESULT_CONNECT, RESULT_RING, RESULT_NO_CARRIER, RESULT_ERROR };

static const struct {
    const char *text;
    const char *number;
} results[] = {
    [RESULT_OK] = { "OK", "0" },       [RESULT_CONNECT] = { "CONNECT", "1" },
    [RESULT_RING] = { "RING", "2" },   [RESULT_NO_CARRIER] = { "NO CARRIER", "3" },
    [RESULT_ERROR] = { "ERROR", "4" },
};

void at_put(struct at_session *at, struct span bytes)
{
    size_t done;

    if (at->abandoned)
        return;
    /* Room for an answer was there before its command started; a port at rest has less. */
    done = ring_put(&at->output, bytes);
    if (done < bytes.len && at->memory == NULL && at_wake(at))
        done += ring_put(&at->output, span_skip(bytes, done));
    if (done < bytes.len)
        log_say(at->config.log, LOG_ERROR, "answer cut by %zu bytes: its command passes answer_max",
                bytes.len - done);
}

void at_long_answer(struct at_session *at, void (*on_room)(void *ctx), void *ctx)
{
    assert(on_room != NULL);
    assert(at->state == AT_RUNNING || at->state == AT_BUSY);
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

/* Where `to` goes on. */
static uint8_t *write_line_end(const struct at_session *at, uint8_t *to)
{
    to[0] = (uint8_t)at->settings.s3;
    to[1] = (uint8_t)at->settings.s4;
    return to + LINE_END_BYTES;
}

void at_put_line_end(struct at_session *at)
{
    uint8_t end[LINE_END_BYTES];

    write_line_end(at, end);
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

void at_put_erase(struct at_session *at)
{
    uint8_t erased[3] = { (uint8_t)at->settings.s5, ' ', (uint8_t)at->settings.s5 };

    at_put(at, span_at(erased, sizeof(erased)));
}

void at_echo_erase(struct at_session *at)
{
    if (at->settings.echo != 0)
        at_put_erase(at);
}

/* The room for it is nearly always one piece. */
void at_put_information(struct at_session *at, struct span line, bool first)
{
    bool opens = first && at->settings.verbose != 0;
    size_t len = line.len + (opens ? 2 : 1) * (size_t)LINE_END_BYTES, room;
    uint8_t *to = ring_tail(&at->output, &room);

    if (at->abandoned || room < len) {
        if (opens)
            at_put_line_end(at);
        at_put(at, line);
        at_put_line_end(at);
        return;
    }
    if (opens)
        to = write_line_end(at, to);
    if (line.len > 0)
        memcpy(to, line.data, line.len);
    write_line_end(at, to + line.len);
    ring_commit(&at->output, len);
}

void at_close_block(struct at_session *at)
{
    at->block_open = false;
}

/* A trace has what a host hears: nothing where it has gone. */
static void trace_answer(const struct at_session *at, const char *line)
{
    if (!at->abandoned)
        at_trace(at, "< %s", line);
}

void at_info_text(struct at_session *at, const struct text *line)
{
    at_put_information(at, text_span(line), !at->block_open);
    at->block_open = true;
    trace_answer(at, line->at);
}

void at_info(struct at_session *at, const char *format, ...)
{
    char memory[AT_TEXT_MAX];
    struct text line;
    va_list args;

    text_init(&line, memory, sizeof(memory));
    va_start(args, format);
    text_add_list(&line, format, args);
    va_end(args);
    at_info_text(at, &line);
}

void at_info_data(struct at_session *at, struct span data, const char *format, ...)
{
    char memory[AT_TEXT_MAX];
    struct text line;
    va_list args;

    text_init(&line, memory, sizeof(memory));
    va_start(args, format);
    text_add_list(&line, format, args);
    va_end(args);
    if (!at->block_open && at->settings.verbose != 0)
        at_put_line_end(at);
    at->block_open = true;
    at_put(at, text_span(&line));
    at_put(at, data);
    at_put_line_end(at);
    trace_answer(at, line.at);
}

/* A result code: `text`, or with V0 `number`. */
static void put_result(struct at_session *at, const char *text, const char *number)
{
    uint8_t end = (uint8_t)at->settings.s3;

    trace_answer(at, text);
    if (at->settings.quiet != 0)
        return;
    if (at->settings.verbose != 0) {
        at_put_information(at, span_of(text), true);
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

void at_put_ring(struct at_session *at)
{
    write_result(at, RESULT_RING);
    at_close_block(at);
}

/* The number of the error that at_refuse() noted, as +CMEE and the row let the host see it. */
static int32_t shown_error(struct at_session *at)
{
    const struct facts *facts = at->config.model.facts;

    if (at->fail_code == FACT_PLAIN_ERROR || (at->row != NULL && at->row->plain_error))
        return FACT_PLAIN_ERROR;
    fact_note_preset(facts, at->config.dialect->cmee_preset);
    return at->settings.cmee == 0 ? FACT_PLAIN_ERROR : fact_use(facts, at->fail_code);
}

static bool is_about_messages(const struct at_session *at)
{
    return at->row != NULL && at->row->message_error != 0;
}

static const char *words_of(const struct at_session *at, int32_t error)
{
    const struct at_dialect *dialect = at->config.dialect;

    if (!is_about_messages(at))
        return dialect->error_text(error);
    return dialect->message_error_text != NULL ? dialect->message_error_text(error) : NULL;
}

/* The error that at_refuse() noted, by +CMEE. */
static enum at_ending write_error(struct at_session *at)
{
    int32_t error = shown_error(at);
    bool is_of_messages = is_about_messages(at);
    char memory[AT_TEXT_MAX];
    struct text line;
    const char *words;

    at_reason_used(at);
    if (error < 0) {
        write_result(at, RESULT_ERROR);
        return AT_ENDED_ERROR;
    }
    words = words_of(at, error);
    text_init(&line, memory, sizeof(memory));
    text_add(&line, is_of_messages ? "+CMS ERROR: " : "+CME ERROR: ");
    if (at->settings.cmee == 2 && words != NULL)
        text_add(&line, "%s", words);
    else
        text_add(&line, "%d", (int)error);
    trace_answer(at, line.at);
    if (at->settings.quiet == 0)
        at_put_information(at, text_span(&line), true);
    return is_of_messages ? AT_ENDED_CMS_ERROR : AT_ENDED_CME_ERROR;
}

static enum at_ending write_status(struct at_session *at, enum at_status status)
{
    switch (status) {
    case AT_OK:
        write_result(at, RESULT_OK);
        return AT_ENDED_OK;
    case AT_CONNECT:
        write_result(at, RESULT_CONNECT);
        return AT_ENDED_CONNECT;
    case AT_NO_CARRIER:
        write_result(at, RESULT_NO_CARRIER);
        return AT_ENDED_NO_CARRIER;
    case AT_FAIL:
        return write_error(at);
    case AT_LATER:
        assert(false); /* the result is still to come */
        break;
    case AT_SILENT:
        break;
    }
    return AT_ENDED_OTHERWISE;
}

enum at_ending at_write_result(struct at_session *at, enum at_status status)
{
    enum at_ending ending = write_status(at, status);

    assert(status != AT_LATER);
    at_close_block(at);
    return ending;
}

void at_result(struct at_session *at, enum at_status status)
{
    at_write_result(at, status);
}
