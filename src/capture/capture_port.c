/* capture_port.c: what hosts type and the module says, for the dissector "at" of Wireshark. */
#include "capture/capture_port.h"

#include "tlsmodem.h"

#include <string.h>

enum { LINE_MAX_BYTES = 4096, HEAD_MAX = 48, NAME_MAX_BYTES = CAPTURE_NAME_MAX + 3 };

/* Tags of Wireshark's exported PDUs (wsutil/exported_pdu_tlvs.h), big-endian. */
enum { TAG_END = 0, TAG_DISSECTOR = 12, TAG_DIRECTION = 35 };

static size_t put_tag(uint8_t *to, unsigned tag, struct span value)
{
    size_t padded = (value.len + 3) / 4 * 4;

    memset(to, 0, 4 + padded);
    to[1] = (uint8_t)tag;
    to[3] = (uint8_t)padded;
    if (value.len > 0)
        memcpy(to + 4, value.data, value.len);
    return 4 + padded;
}

static void put(struct capture_port *port, const char *dissector, bool is_typed, struct span bytes)
{
    const uint8_t direction[4] = { 0, 0, 0, is_typed ? 0 : 1 }; /* sent: by the host */
    uint8_t head[HEAD_MAX];
    char name[NAME_MAX_BYTES];
    size_t len = put_tag(head, TAG_DISSECTOR, span_of(dissector));
    size_t name_len = strlen(port->capture->name);

    if (bytes.len == 0)
        return;
    len += put_tag(head + len, TAG_DIRECTION, span_at(direction, sizeof(direction)));
    len += put_tag(head + len, TAG_END, span_at(NULL, 0));
    memcpy(name, port->capture->name, name_len);
    name[name_len++] = '/';
    name[name_len++] = (char)('0' + port->index);
    capture_put(port->capture, &port->interface, PCAPNG_UPPER_PDU, span_at(name, name_len),
                is_typed ? PCAPNG_INBOUND : PCAPNG_OUTBOUND, span_at(head, len), bytes, 0);
}

static void put_held(struct capture_port *port, struct bytes *held, bool is_typed)
{
    put(port, "at", is_typed, bytes_span(held));
    bytes_drop(held, held->len);
}

static bool begins_with_at(struct span bytes)
{
    return bytes.len >= 2 && (bytes.data[0] | 0x20) == 'a' && (bytes.data[1] | 0x20) == 't';
}

/* How far the line goes that begins here, to its CR. */
static size_t line_bytes(struct span bytes)
{
    size_t len = 0;

    while (len < bytes.len && bytes.data[len] != '\r')
        len++;
    return len < bytes.len ? len + 1 : len;
}

/* How far the next line is that begins with AT. */
static size_t before_at(struct span bytes)
{
    size_t len = 0;

    while (len < bytes.len && !begins_with_at(span_skip(bytes, len))) {
        while (len < bytes.len && bytes.data[len] != '\r' && bytes.data[len] != '\n')
            len++;
        while (len < bytes.len && (bytes.data[len] == '\r' || bytes.data[len] == '\n'))
            len++;
    }
    return len;
}

/* An echo of a command line, or another that begins with AT, is text: the dissector would take it
 * for a command of the module's. */
static void put_said(struct capture_port *port)
{
    struct span rest = bytes_span(&port->said);

    while (rest.len > 0) {
        size_t len = before_at(rest);

        put(port, "at", false, span_at(rest.data, len));
        rest = span_skip(rest, len);
        len = line_bytes(rest);
        put(port, "data-text-lines", false, span_at(rest.data, len));
        rest = span_skip(rest, len);
    }
    bytes_drop(&port->said, port->said.len);
}

void capture_flush_port(struct capture_port *port)
{
    put_held(port, &port->typed, true);
    put_said(port);
}

static void note_typed(struct capture_port *port, struct span bytes, bool ends)
{
    bool is_data = tlsmodem_in_prompt(port->capture->modem, port->index) ||
                   port->around.inner->ops->online(port->around.inner);

    if (is_data) {
        put_held(port, &port->typed, true);
        put(port, "data", true, bytes);
        return;
    }
    if (bytes_add(&port->typed, bytes, LINE_MAX_BYTES) != ERR_OK) {
        put_held(port, &port->typed, true);
        put(port, "at", true, bytes);
    }
    if (ends)
        put_held(port, &port->typed, true);
}

/* Feeds what belongs together, noted before, as the answer may come from inside; returns how much
 * was taken. */
static size_t feed_part(struct capture_port *port, struct span bytes)
{
    bool ends = true;
    size_t len = port->known < bytes.len ? port->known : bytes.len;
    size_t taken;

    if (len > 0) {
        taken = port->around.inner->ops->feed(port->around.inner, span_at(bytes.data, len));
        port->known -= taken;
        return taken;
    }
    len = tlsmodem_typed_part(port->capture->modem, port->index, bytes, &ends);
    if (len == 0) { /* a command runs: what is taken nevertheless is known only then */
        taken = port->around.inner->ops->feed(port->around.inner, bytes);
        if (taken > 0)
            note_typed(port, span_at(bytes.data, taken), false);
        return taken;
    }
    note_typed(port, span_at(bytes.data, len), ends);
    taken = port->around.inner->ops->feed(port->around.inner, span_at(bytes.data, len));
    port->known = len - taken;
    return taken;
}

static size_t feed(struct terminal *base, struct span bytes)
{
    struct capture_port *port = (struct capture_port *)base;
    size_t taken = 0, part;

    do {
        part = feed_part(port, span_skip(bytes, taken));
        taken += part;
    } while (part > 0 && taken < bytes.len);
    return taken;
}

static struct span said_by(struct terminal *inner)
{
    return inner->ops->peek(inner);
}

/* Written once the module has said all that it has: an answer is one packet, however the host
 * reads it. */
static void consume(struct terminal *base, size_t count)
{
    struct capture_port *port = (struct capture_port *)base;
    struct span bytes = span_at(said_by(port->around.inner).data, count);
    bool is_data = port->around.inner->ops->online(port->around.inner);

    if (is_data)
        put_said(port);
    if (is_data || bytes_add(&port->said, bytes, LINE_MAX_BYTES) != ERR_OK) {
        put_said(port);
        put(port, "data", false, bytes);
    }
    port->around.inner->ops->consume(port->around.inner, count);
    if (port->said.len > 0 && said_by(port->around.inner).len == 0)
        put_said(port);
}

static bool end_input(struct terminal *base)
{
    struct capture_port *port = (struct capture_port *)base;

    capture_flush_port(port);
    return port->around.inner->ops->end_input(port->around.inner);
}

static void host_gone(struct terminal *base)
{
    struct capture_port *port = (struct capture_port *)base;

    capture_flush_port(port);
    port->known = 0;
    port->around.inner->ops->host_gone(port->around.inner);
}

const struct terminal_ops capture_port_ops = {
    .feed = feed, .consume = consume, .end_input = end_input, .host_gone = host_gone
};
