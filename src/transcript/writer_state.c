/* writer_state.c: lines and time of a transcript that is being written. */
#include "transcript/writer_state.h"

#include "base/text.h"

#include <assert.h>
#include <stdarg.h>

enum { FORMATTED_MAX = 300 };

/* A step that was held, and does not fail any more, stands before the line that begins. */
static void put_step(struct writer *writer)
{
    struct bytes step = bytes_take(&writer->step);

    if (!writer->failed && !writer->stopped) {
        writer->sink.put(writer->sink.ctx, bytes_span(&step));
        writer->written += step.len;
    }
    bytes_free(&step);
}

void writer_add(struct writer *writer, struct span text)
{
    if (writer->line.len == 0 && writer->step.len > 0)
        put_step(writer);
    if (!writer->failed && bytes_add(&writer->line, text, UINT32_MAX) != ERR_OK)
        writer->failed = true;
}

static void add_list(struct writer *writer, const char *format, va_list values)
{
    char memory[FORMATTED_MAX];
    struct text text;

    text_init(&text, memory, sizeof(memory));
    text_add_list(&text, format, values);
    assert(!text.cut);
    writer_add(writer, text_span(&text));
}

void writer_addf(struct writer *writer, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    add_list(writer, format, values);
    va_end(values);
}

uint64_t writer_end_line(struct writer *writer)
{
    uint64_t begin = writer->written;

    writer_add(writer, span_of("\n"));
    if (!writer->failed && !writer->stopped) {
        writer->sink.put(writer->sink.ctx, bytes_span(&writer->line));
        writer->written += writer->line.len;
    }
    writer->line.len = 0;
    return begin;
}

void writer_line(struct writer *writer, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    add_list(writer, format, values);
    va_end(values);
    (void)writer_end_line(writer);
}

int64_t writer_elapse(struct writer *writer, int64_t now_ms)
{
    int64_t elapsed = writer->started && now_ms > writer->now_ms ? now_ms - writer->now_ms : 0;

    if (!writer->started || elapsed > 0)
        writer->now_ms = now_ms;
    writer->started = true;
    return elapsed;
}

void writer_wait(struct writer *writer, int64_t ms)
{
    const int64_t most = (int64_t)SCRIPT_DURATION_MAX_S * 1000;
    unsigned whole, rest;

    if (ms > most)
        ms = most;
    whole = (unsigned)(ms / 1000);
    rest = (unsigned)(ms % 1000);
    if (rest == 0)
        writer_line(writer, "wait %us", whole);
    else
        writer_line(writer, "wait %ums", (unsigned)ms);
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++)
        writer->ports[i].in_block = false;
}
