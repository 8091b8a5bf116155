/* writer_host.c: what passes at the ports, as steps.
 *
 * What is typed is held until it is seen whether it was echoed, since a step says both at once;
 * what is heard until its line is whole.
 */
#include "transcript/writer_host.h"

#include "base/letters.h"
#include "transcript/circuit.h"
#include "transcript/echo.h"
#include "transcript/encoded.h"
#include "transcript/writer_text.h"

#include <assert.h>

enum {
    TYPED_MAX = 4096, /* bytes of a step */
    HEARD_MAX = 240,  /* bytes of a step that is no line */
    PAUSE_MS = 50,    /* a host that is silent for so long means it */
    MODULE_PAUSE_MS = 1000,
    ECHO_MIN = 4, /* bytes of a secret that are no chance */
    CTRL_Z = 0x1A,
    ESC = 0x1B
};

static void add(struct writer *writer, struct bytes *bytes, struct span more)
{
    if (!writer->failed && bytes_add(bytes, more, UINT32_MAX) != ERR_OK)
        writer->failed = true;
}

/* A step of this port comes next. */
static struct writer_port *turn_to(struct writer *writer, unsigned port)
{
    if (writer->port != port) {
        writer_line(writer, "on port %u", port + 1);
        writer->ports[writer->port].in_block = false;
    }
    writer->port = port;
    return &writer->ports[port];
}

/* ---- typed ---- */

static void write_quoted(struct writer *writer, const char *head, struct span bytes)
{
    if (bytes.len == 0)
        return;
    writer_add(writer, span_of(head));
    writer_add_quoted(writer, bytes, true);
    (void)writer_end_line(writer);
}

static void write_key(struct writer *writer, uint8_t key)
{
    writer_line(writer, key == CTRL_Z ? "> ctrl-z" : "> esc");
}

/* Bytes that come back as no step says by itself. */
static void write_raw(struct writer *writer, struct span typed, uint32_t echoed)
{
    write_quoted(writer, "> bytes ", typed);
    write_quoted(writer, "< bytes ", span_at(typed.data, echoed));
}

static bool is_line(struct span typed)
{
    return typed.len > 0 && typed.data[typed.len - 1] == '\r' &&
           writer_is_plain(span_at(typed.data, typed.len - 1), true);
}

/* A line that is one with the echo that is believed in; false: it cannot be. */
static bool write_line(struct writer *writer, struct writer_port *port, struct span typed,
                       bool answered)
{
    bool echoed = port->echoed == typed.len;
    bool command = letters_start(typed, "AT") || letters_start(typed, "A/");

    if (!is_line(typed) || (port->echoed > 0 && !echoed))
        return false;
    /* Without an echo it is a command only where the module answers it, or none was expected. */
    if (!echoed && (!command || (port->believes_echo && !answered)))
        return false;
    if (echoed != port->believes_echo)
        writer_line(writer, echoed ? "echo on" : "echo off");
    writer_add(writer, span_of(typed.len > 1 ? "> " : ">"));
    writer_add_plain(writer, span_at(typed.data, typed.len - 1), true);
    (void)writer_end_line(writer);
    port->believes_echo = echo_after(span_at(typed.data, typed.len - 1), echoed);
    return true;
}

/* Data at a prompt, or of a connection. */
static void write_data(struct writer *writer, struct writer_port *port, struct span typed)
{
    uint8_t last = typed.data[typed.len - 1];
    bool ends = last == CTRL_Z || last == ESC;
    struct span data = span_at(typed.data, typed.len - (ends ? 1 : 0));

    if (port->echoed == data.len && data.len > 0 && port->believes_echo)
        write_quoted(writer, "> data ", data);
    else if (port->echoed == 0)
        write_quoted(writer, "> bytes ", data);
    else {
        write_raw(writer, typed, port->echoed);
        return;
    }
    if (ends)
        write_key(writer, last);
}

/* A certificate says nothing that its server does not tell everybody. */
static bool is_public(struct span typed)
{
    return span_contains(typed, "-----BEGIN CERTIFICATE-----") &&
           !span_contains(typed, "PRIVATE") && !span_contains(typed, "ENCRYPTED");
}

/* What came back of a secret is the beginning of it, as far as a prompt takes it, or by chance of
 * an answer. */
static void give_back(struct writer *writer, struct writer_port *port)
{
    struct span echo = span_at(port->typed.data, port->echoed);

    if (echo.len >= ECHO_MIN)
        (void)writer_note_secret(writer, echo);
    add(writer, &port->heard, echo);
    port->echoed = 0;
}

static void flush_typed(struct writer *writer, unsigned index, bool answered)
{
    struct writer_port *port = &writer->ports[index];
    struct span typed = bytes_span(&port->typed);

    if (typed.len == 0)
        return;
    if (port->typed_secret && !is_public(typed)) {
        uint8_t last = typed.data[typed.len - 1];
        size_t len = typed.len - (last == CTRL_Z || last == ESC ? 1 : 0);

        if (len > 0 && writer_note_secret(writer, span_at(typed.data, len)) == 0)
            typed = span_skip(typed, len); /* only the key that ended it */
        if (port->echoed > 0 && port->echoed != port->typed.len && port->echoed != len)
            give_back(writer, port);
    }
    if (typed.len > 0) {
        if (!port->typed_secret)
            encoded_note(writer, typed);
        (void)turn_to(writer, index);
        if (port->typed_secret || !write_line(writer, port, typed, answered))
            write_data(writer, port, typed);
    }
    port->in_block = false;
    bytes_drop(&port->typed, port->typed.len);
    port->typed_secret = false;
    port->echoed = 0;
}

/* ---- heard ---- */

/* Where the line ends that begins at `at`, before its CR LF; the length of `text`: it does not. */
static size_t line_end(struct span text, size_t at)
{
    while (at + 1 < text.len && !(text.data[at] == '\r' && text.data[at + 1] == '\n'))
        at++;
    return at + 1 < text.len ? at : text.len;
}

/* A step for a line of the module; `head` has its sign. */
static void write_heard_line(struct writer *writer, struct span text, bool further)
{
    writer_add(writer, span_of(further ? "<|~ " : "<~ "));
    if (writer->is_exact || !writer_add_pattern(writer, text)) {
        writer->line.len = 0;
        writer_add(writer, span_of(further ? "<| " : "< "));
        writer_add_plain(writer, text, false);
    }
    (void)writer_end_line(writer);
}

/* Writes the next step of what was heard; its length, 0: there is no whole one. */
static size_t write_heard(struct writer *writer, struct writer_port *port, struct span heard,
                          bool forced)
{
    bool framed = heard.len >= 2 && heard.data[0] == '\r' && heard.data[1] == '\n';
    size_t begin = framed ? 2 : 0, end = line_end(heard, begin);
    struct span text = span_at(heard.data + begin, end - begin);

    if (heard.len == 4 && memcmp(heard.data, "\r\n> ", 4) == 0) {
        writer_line(writer, "< prompt");
        port->in_block = false;
        return 4;
    }
    if (end < heard.len && (framed || port->in_block) && writer_is_plain(text, false)) {
        write_heard_line(writer, text, !framed);
        port->in_block = true;
        return end + 2;
    }
    if (end == heard.len && !forced && heard.len < HEARD_MAX)
        return 0;
    /* Raw: up to the end of a line, or as much as a line of the file has. */
    end = end < heard.len && end + 2 <= HEARD_MAX ? end + 2 : heard.len;
    if (forced && end == heard.len)
        writer_note_cut(writer, heard);
    end = writer_uncut(writer, heard, end < HEARD_MAX ? end : HEARD_MAX, !forced);
    if (end == 0)
        return 0;
    writer_add(writer, span_of("< bytes "));
    writer_add_quoted(writer, span_at(heard.data, end), false);
    (void)writer_end_line(writer);
    port->in_block = false;
    return end;
}

static void flush_heard(struct writer *writer, unsigned index, bool forced)
{
    struct writer_port *port = &writer->ports[index];
    size_t len;

    while (port->heard.len > 0 && !writer->failed) {
        (void)turn_to(writer, index);
        len = write_heard(writer, port, bytes_span(&port->heard), forced);
        if (len == 0)
            return;
        bytes_drop(&port->heard, len);
    }
}

void writer_flush_hosts(struct writer *writer)
{
    for (unsigned i = 0; i < SCRIPT_PORTS_MAX; i++) {
        flush_typed(writer, i, false);
        flush_heard(writer, i, true);
    }
}

/* What other ports have typed and heard comes before. */
static void flush_others(struct writer *writer, unsigned port)
{
    for (unsigned i = 0; i < SCRIPT_PORTS_MAX; i++) {
        if (i != port) {
            flush_typed(writer, i, false);
            flush_heard(writer, i, true);
        }
    }
}

void writer_flush_before(struct writer *writer, unsigned port)
{
    flush_others(writer, port);
}

/* ---- events ---- */

/* True when more may belong to what was typed before. */
static bool goes_on(const struct writer_port *port, size_t more, bool secret)
{
    if (port->typed_secret != secret)
        return false;
    if (secret)
        return port->typed.len + more <= WRITER_SECRET_MAX;
    return port->typed.len < TYPED_MAX && port->typed.data[port->typed.len - 1] != '\r';
}

/* A line that somebody types slowly is one all the same, and so is a secret. */
static bool is_held(const struct writer_port *port)
{
    struct span typed = bytes_span(&port->typed);

    return port->typed_secret || port->echoed == typed.len || letters_start(typed, "AT") ||
           (typed.len == 1 && letters_start(typed, "A"));
}

void writer_take_typed(struct writer *writer, int64_t now_ms, unsigned index, struct span bytes,
                       bool secret)
{
    int64_t elapsed = writer_elapse(writer, now_ms);
    struct writer_port *port = &writer->ports[index];

    assert(index < SCRIPT_PORTS_MAX);
    if (bytes.len == 0)
        return;
    flush_others(writer, index);
    if (elapsed >= PAUSE_MS && span_equal(bytes, span_of("+++")))
        secret = false; /* it ends what was */
    if (port->typed.len > 0 &&
        ((elapsed >= PAUSE_MS && !is_held(port)) || !goes_on(port, bytes.len, secret)))
        flush_typed(writer, index, false);
    if (port->typed.len == 0) {
        flush_heard(writer, index, true);
        /* A real port's clock is kind to the silence around +++, a script's is not. */
        if (elapsed >= PAUSE_MS && span_equal(bytes, span_of("+++")))
            writer_wait(writer, elapsed * 10 / 9 + 1);
        else if (elapsed >= PAUSE_MS)
            writer_wait(writer, elapsed);
        port->typed_secret = secret;
        port->unnoticed = false;
        port->echoed = 0;
    }
    add(writer, &port->typed, bytes);
}

/* So many of the bytes are the echo of what was typed. */
static size_t echo_of(const struct writer_port *port, struct span bytes)
{
    size_t left = port->typed.len - port->echoed, same = 0;

    while (same < left && same < bytes.len &&
           bytes.data[same] == port->typed.data[port->echoed + same])
        same++;
    return same;
}

void writer_take_heard(struct writer *writer, int64_t now_ms, unsigned index, struct span bytes)
{
    int64_t elapsed = writer_elapse(writer, now_ms);
    struct writer_port *port = &writer->ports[index];
    size_t same;

    assert(index < SCRIPT_PORTS_MAX);
    if (bytes.len == 0)
        return;
    flush_others(writer, index);
    same = elapsed < MODULE_PAUSE_MS ? echo_of(port, bytes) : 0;
    port->echoed += (uint32_t)same;
    bytes = span_skip(bytes, same);
    if (bytes.len > 0 || (port->echoed == port->typed.len && is_line(bytes_span(&port->typed))))
        flush_typed(writer, index, bytes.len > 0);
    if (bytes.len == 0)
        return;
    if (elapsed >= MODULE_PAUSE_MS) {
        flush_heard(writer, index, true);
        writer_wait(writer, elapsed);
    }
    add(writer, &port->heard, bytes);
    flush_heard(writer, index, false);
}

void writer_take_circuit(struct writer *writer, int64_t now_ms, unsigned index,
                         enum channel_line circuit, bool on)
{
    int64_t elapsed = writer_elapse(writer, now_ms);

    assert(index < SCRIPT_PORTS_MAX);
    writer_flush_hosts(writer);
    (void)turn_to(writer, index);
    if (elapsed >= PAUSE_MS)
        writer_wait(writer, elapsed);
    writer_line(writer, "%s %s", circuit_word(circuit), on ? "on" : "off");
    writer->ports[index].in_block = false;
}

void writer_free_hosts(struct writer *writer)
{
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++) {
        bytes_free(&writer->ports[i].typed);
        bytes_free(&writer->ports[i].heard);
    }
}
