/* recorder_port.c: the ports of a modem that is recorded: what hosts type, what the module says. */
#include "transcript/recorder_port.h"

#include "tlsmodem.h"
#include "transcript/writer.h"

#include <assert.h>
#include <string.h>

enum { LINE_MAX_BYTES = 4096, WORD_MAX_BYTES = 2048, KEPT_MAX_BYTES = 65536, SILENCE_MS = 200 };

static struct recorder_port *port_of(struct terminal *base)
{
    return (struct recorder_port *)base;
}

/* Written at once. */
static void note_whole(struct recorder_port *port, struct span bytes, bool secret)
{
    int64_t now_ms = recorder_event_ms(port->recorder);

    writer_host(port->recorder->writer, now_ms, port->index, bytes, secret);
}

/* Held until a line is whole, or the prompt has ended: only then it is known what in it is secret.
 * What is too long for a line is so altogether. */
static void note_part(struct recorder_port *port, struct span bytes, bool ends)
{
    if (port->line.len == 0)
        port->line_ms = recorder_event_ms(port->recorder);
    if (port->is_data && port->line.len + bytes.len > LINE_MAX_BYTES)
        recorder_make_room(port, WORD_MAX_BYTES);
    if (!port->overlong &&
        bytes_add(&port->line, bytes, port->is_data ? UINT32_MAX : LINE_MAX_BYTES) != ERR_OK) {
        port->overlong = !port->is_data;
        recorder_release(port);
        if (port->is_data)
            note_whole(port, bytes, true);
    }
    if (port->overlong)
        note_whole(port, bytes, true);
    if (ends) {
        recorder_release(port);
        port->overlong = false;
    }
}

/* The silence before +++ is a step of its own, also where its characters come one by one. */
static bool may_escape(const struct recorder_port *port, struct span bytes)
{
    return port->is_data && bytes.data[0] == '+' &&
           clock_now_ms(port->recorder->clock) - port->typed_ms >= SILENCE_MS;
}

static void note_typed(struct recorder_port *port, struct span bytes, bool ends)
{
    const struct tlsmodem *modem = port->recorder->modem;
    bool in_prompt = tlsmodem_in_prompt(modem, port->index);
    bool secret = tlsmodem_awaits_secret(modem, port->index);

    if (port->line.len > 0 && (secret || in_prompt != port->is_data || may_escape(port, bytes)))
        recorder_release(port);
    port->typed_ms = clock_now_ms(port->recorder->clock);
    if (in_prompt)
        port->overlong = port->armoured = false;
    if (in_prompt && !port->is_data)
        port->fields = (struct fields){ .len = 0 };
    port->is_data = in_prompt;
    if (secret) {
        note_whole(port, bytes, true);
    } else if (port->around.inner->ops->online(port->around.inner)) {
        note_whole(port, bytes, recorder_judge_online(port, bytes));
    } else if (in_prompt && span_equal(bytes, span_of("+++"))) {
        recorder_release(port);
        note_whole(port, bytes, false);
    } else {
        note_part(port, bytes, ends);
    }
}

static size_t feed_inner(struct recorder_port *port, struct span bytes)
{
    size_t taken;

    port->recorder->feeding = port;
    taken = port->around.inner->ops->feed(port->around.inner, bytes);
    port->recorder->feeding = NULL;
    return taken;
}

/* The port takes them, and the module hears them later: what they are nobody knows yet. */
static void note_kept(struct recorder_port *port, struct span bytes)
{
    if (bytes.len == 0)
        return;
    recorder_release(port);
    note_whole(port, bytes, true);
    if (bytes_add(&port->kept, bytes, KEPT_MAX_BYTES) != ERR_OK)
        bytes_drop(&port->kept, port->kept.len); /* more than any port keeps */
}

/* Feeds while a command runs: the end of the line before, what a module that goes off does not
 * hear, or what the port keeps for behind the command. */
static size_t feed_busy(struct recorder_port *port, struct span bytes)
{
    size_t taken = feed_inner(port, bytes);

    if (taken > 0 && tlsmodem_keeps_typed(port->recorder->modem, port->index))
        note_kept(port, span_at(bytes.data, taken));
    else if (taken > 0)
        note_typed(port, span_at(bytes.data, taken), true);
    return taken;
}

/* Feeds what belongs together, noted before, since the network hears of it at once; returns how
 * much was taken. */
static size_t feed_part(struct recorder_port *port, struct span bytes)
{
    bool ends;
    size_t len, taken;

    if (tlsmodem_hears_frames(port->recorder->modem, port->index)) {
        recorder_release(port);
        if (!port->framed)
            writer_omit(port->recorder->writer, port->index, "a multiplexer's frames");
        port->framed = true;
        port->known = 0;
        return feed_inner(port, bytes);
    }
    port->framed = false;
    if (port->known > 0) {
        len = port->known < bytes.len ? port->known : bytes.len;
        taken = feed_inner(port, span_at(bytes.data, len));
        port->known -= taken;
        return taken;
    }
    len = tlsmodem_typed_part(port->recorder->modem, port->index, bytes, &ends);
    if (len == 0)
        return feed_busy(port, bytes);
    if (tlsmodem_keeps_typed(port->recorder->modem, port->index)) {
        taken = feed_inner(port, bytes);
        note_kept(port, span_at(bytes.data, taken));
        return taken;
    }
    note_typed(port, span_at(bytes.data, len), ends);
    taken = feed_inner(port, span_at(bytes.data, len));
    port->known = len - taken;
    return taken;
}

static size_t feed(struct terminal *base, struct span bytes)
{
    struct recorder_port *port = port_of(base);
    size_t taken = 0, part;

    assert(port->recorder->modem != NULL);
    do {
        part = feed_part(port, span_skip(bytes, taken));
        taken += part;
    } while (part > 0 && taken < bytes.len);
    return taken;
}

static void consume(struct terminal *base, size_t count)
{
    struct recorder_port *port = port_of(base);

    recorder_said(port, count);
    port->around.inner->ops->consume(port->around.inner, count);
}

static bool end_input(struct terminal *base)
{
    struct recorder_port *port = port_of(base);

    recorder_release(port);
    return port->around.inner->ops->end_input(port->around.inner);
}

static void host_gone(struct terminal *base)
{
    struct recorder_port *port = port_of(base);

    recorder_release(port);
    port->overlong = port->armoured = false;
    port->known = 0;
    port->seen = 0;
    port->around.inner->ops->host_gone(port->around.inner);
}

const struct terminal_ops recorder_port_ops = {
    .feed = feed, .consume = consume, .end_input = end_input, .host_gone = host_gone
};
