/* recorder_port.c: the ports of a modem that is recorded: what hosts type, what the module says. */
#include "transcript/recorder_port.h"

#include "tlsmodem.h"
#include "transcript/writer.h"

#include <assert.h>
#include <string.h>

enum { LINE_MAX_BYTES = 4096, SECRETS_MAX = 16 };

static struct recorder_port *port_of(struct terminal *base)
{
    return (struct recorder_port *)base;
}

/* A key or a certificate that a host has not waited with. */
static const char armour[] = "-----BEGIN";

static void note_line(struct recorder_port *port)
{
    struct span values[SECRETS_MAX];
    struct recorder *recorder = port->recorder;
    size_t count = tlsmodem_find_secrets(recorder->modem, port->index, bytes_span(&port->line),
                                         values, SECRETS_MAX);

    for (size_t i = 0; i < count; i++)
        writer_secret(recorder->writer, values[i]);
    bytes_drop(&port->line, port->line.len);
}

/* Looks for secrets in what may be command lines. */
static void note_lines(struct recorder_port *port, struct span bytes)
{
    while (bytes.len > 0) {
        const uint8_t *end = memchr(bytes.data, '\r', bytes.len);
        size_t len = end != NULL ? (size_t)(end - bytes.data) + 1 : bytes.len;

        if (bytes_add(&port->line, span_at(bytes.data, end != NULL ? len - 1 : len),
                      LINE_MAX_BYTES) != ERR_OK)
            bytes_drop(&port->line, port->line.len);
        if (end != NULL)
            note_line(port);
        bytes = span_skip(bytes, len);
    }
}

static void note_typed(struct recorder_port *port, struct span bytes)
{
    struct recorder *recorder = port->recorder;
    bool secret =
        tlsmodem_awaits_secret(recorder->modem, port->index) || span_contains(bytes, armour);

    if (!secret && !port->inner->ops->online(port->inner))
        note_lines(port, bytes);
    writer_host(recorder->writer, recorder_event_ms(recorder), port->index, bytes, secret);
}

static size_t feed(struct terminal *base, struct span bytes)
{
    struct recorder_port *port = port_of(base);
    size_t known = port->known < bytes.len ? port->known : bytes.len;
    size_t taken;

    assert(port->recorder->modem != NULL);
    if (known < bytes.len)
        note_typed(port, span_skip(bytes, known));
    port->known = bytes.len;
    taken = port->inner->ops->feed(port->inner, bytes);
    port->known = bytes.len - taken;
    return taken;
}

static struct span peek(struct terminal *base)
{
    struct recorder_port *port = port_of(base);

    return port->inner->ops->peek(port->inner);
}

static void consume(struct terminal *base, size_t count)
{
    struct recorder_port *port = port_of(base);

    recorder_said(port, count);
    port->inner->ops->consume(port->inner, count);
}

static void set_dtr(struct terminal *base, bool on)
{
    struct recorder_port *port = port_of(base);

    port->inner->ops->set_dtr(port->inner, on);
}

static void abort_command(struct terminal *base)
{
    struct recorder_port *port = port_of(base);

    port->inner->ops->abort(port->inner);
}

static bool busy(struct terminal *base)
{
    struct recorder_port *port = port_of(base);

    return port->inner->ops->busy(port->inner);
}

static void accept_lf(struct terminal *base)
{
    struct recorder_port *port = port_of(base);

    port->inner->ops->accept_lf(port->inner);
}

static bool end_input(struct terminal *base)
{
    struct recorder_port *port = port_of(base);

    return port->inner->ops->end_input(port->inner);
}

static bool online(struct terminal *base)
{
    struct recorder_port *port = port_of(base);

    return port->inner->ops->online(port->inner);
}

static void host_gone(struct terminal *base)
{
    struct recorder_port *port = port_of(base);

    port->known = 0;
    port->seen = 0;
    bytes_drop(&port->line, port->line.len);
    port->inner->ops->host_gone(port->inner);
}

const struct terminal_ops recorder_port_ops = { .feed = feed,
                                                .peek = peek,
                                                .consume = consume,
                                                .set_dtr = set_dtr,
                                                .abort = abort_command,
                                                .busy = busy,
                                                .accept_lf = accept_lf,
                                                .end_input = end_input,
                                                .online = online,
                                                .host_gone = host_gone };
