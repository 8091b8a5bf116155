/* capture_rig.c: see capture_rig.h. */
#include "capture_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct bytes *bytes, struct span more)
{
    if (bytes_add(bytes, more, UINT32_MAX) != ERR_OK)
        abort();
}

/* ---- where the blocks go ---- */

static bool add_interface(void *ctx, enum pcapng_link link, struct span name, uint32_t *ret_number)
{
    struct capture_rig *rig = ctx;

    if (rig->has_no_interfaces || pcapng_interface(&rig->file, link, name) != ERR_OK)
        return false;
    *ret_number = rig->interfaces++;
    return true;
}

static void put(void *ctx, struct span blocks)
{
    add(&((struct capture_rig *)ctx)->file, blocks);
}

static uint64_t now_us(void *ctx)
{
    return ++((struct capture_rig *)ctx)->now_us;
}

/* ---- ports ---- */

static struct capture_rig_port *port_of(struct terminal *base)
{
    return (struct capture_rig_port *)base;
}

static size_t feed(struct terminal *base, struct span bytes)
{
    struct capture_rig_port *port = port_of(base);
    size_t taken = port->around.inner->ops->feed(port->around.inner, bytes);

    add(&port->typed, span_at(bytes.data, taken));
    port->pending = bytes.len - taken;
    return taken;
}

static void consume(struct terminal *base, size_t count)
{
    struct capture_rig_port *port = port_of(base);

    add(&port->said, span_at(port->around.inner->ops->peek(port->around.inner).data, count));
    port->around.inner->ops->consume(port->around.inner, count);
}

static void host_gone(struct terminal *base)
{
    struct capture_rig_port *port = port_of(base);

    port->is_torn = port->is_torn || port->pending > 0;
    port->pending = 0;
    port->around.inner->ops->host_gone(port->around.inner);
}

static const struct terminal_ops terminal_ops = { .feed = feed,
                                                  .consume = consume,
                                                  .host_gone = host_gone };

/* ---- sockets ---- */

struct rig_stream {
    struct net_stream base;
    struct capture_rig *rig;
    enum net_transport transport;
    net_event_fn *on_event;
    void *ctx;
};

static void pass(struct net_stream *base, int from, const void *data, ptrdiff_t count, size_t cap)
{
    struct rig_stream *stream = (struct rig_stream *)base;
    struct capture_rig *rig = stream->rig;
    size_t len = count > 0 ? (size_t)count : 0;

    add(stream->transport == NET_TCP ? &rig->tcp[from] : &rig->udp[from],
        span_at(data, len < cap ? len : cap));
}

static ptrdiff_t receive(struct net_stream *base, void *buf, size_t cap)
{
    ptrdiff_t count = net_stream_recv(base->inner, buf, cap);

    pass(base, PCAPNG_PEER, buf, count, cap);
    return count;
}

static ptrdiff_t transmit(struct net_stream *base, const void *data, size_t len)
{
    ptrdiff_t count = net_stream_send(base->inner, data, len);

    pass(base, PCAPNG_OWN, data, count, len);
    return count;
}

static void close_stream(struct net_stream *base)
{
    net_stream_close(base->inner);
    free(base);
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct rig_stream *stream = ctx;

    stream->on_event(stream->ctx, event, err);
}

static void bind_to(struct net_stream *base, net_event_fn *fn, void *ctx)
{
    struct rig_stream *stream = (struct rig_stream *)base;

    stream->on_event = fn;
    stream->ctx = ctx;
    net_stream_bind(base->inner, on_event, stream);
}

static const struct net_stream_ops stream_ops = {
    .recv = receive, .send = transmit, .close = close_stream, .bind = bind_to
};

static struct rig_stream *new_stream(struct net *base, enum net_transport transport)
{
    struct rig_stream *stream = calloc(1, sizeof(*stream));

    if (stream == NULL)
        abort();
    *stream = (struct rig_stream){ .base.ops = &stream_ops,
                                   .rig = (struct capture_rig *)((uint8_t *)base -
                                                                 offsetof(struct capture_rig, net)),
                                   .transport = transport };
    return stream;
}

static enum err connect_to(struct net *base, const struct net_target *to, net_event_fn *fn,
                           void *ctx, struct net_stream **ret_stream)
{
    struct rig_stream *stream = new_stream(base, to->transport);
    enum err err;

    stream->on_event = fn;
    stream->ctx = ctx;
    err = net_connect(base->inner, to, on_event, stream, &stream->base.inner);
    if (err == ERR_OK)
        *ret_stream = &stream->base;
    else
        free(stream);
    return err;
}

struct rig_listener {
    struct net_listener base;
    struct net_listener *inner;
    struct net *net;
    net_accepted_fn *on_accepted;
    void *ctx;
};

static void unlisten(struct net_listener *base)
{
    net_unlisten(((struct rig_listener *)base)->inner);
    free(base);
}

static const struct net_listener_ops listener_ops = { .unlisten = unlisten };

static void on_accepted(void *ctx, struct net_stream *inner, const struct net_address *from,
                        uint16_t port)
{
    struct rig_listener *listener = ctx;
    struct rig_stream *stream = new_stream(listener->net, NET_TCP);

    stream->base.inner = inner;
    listener->on_accepted(listener->ctx, &stream->base, from, port);
}

static enum err listen_at(struct net *base, const struct net_address *at, uint16_t port,
                          net_accepted_fn *fn, void *ctx, struct net_listener **ret_listener,
                          uint16_t *ret_port)
{
    struct rig_listener *listener = calloc(1, sizeof(*listener));
    enum err err;

    if (listener == NULL)
        abort();
    *listener = (struct rig_listener){
        .base.ops = &listener_ops, .net = base, .on_accepted = fn, .ctx = ctx
    };
    err = net_listen(base->inner, at, port, on_accepted, listener, &listener->inner, ret_port);
    if (err == ERR_OK)
        *ret_listener = &listener->base;
    else
        free(listener);
    return err;
}

static const struct net_ops net_ops = { .connect = connect_to, .listen = listen_at };

/* ---- the rig ---- */

void capture_rig_begin(struct capture_rig *rig, struct world *world)
{
    const struct capture_sink sink = { add_interface, put, now_us, rig };

    *rig = (struct capture_rig){ .capture = NULL };
    if (pcapng_section(&rig->file, span_of("a test")) != ERR_OK ||
        capture_open(sink, CAPTURE_RIG_NAME, &rig->capture) != ERR_OK)
        abort();
    rig->net = (struct net){ &net_ops, capture_net(rig->capture, world->net) };
    world->net = &rig->net;
    rig->tls = capture_tls(rig->capture, &world->tls, 1)[0];
    world->tls = rig->tls;
}

void capture_rig_attach(struct capture_rig *rig, struct world *world)
{
    capture_attach(rig->capture, world->modem);
    for (size_t i = 0; i < world->port_count && i < CAPTURE_RIG_PORTS; i++) {
        struct terminal *inner = capture_terminal(rig->capture, i, world->ports[i].terminal);

        rig->ports[i] = (struct capture_rig_port){ .rig = rig };
        around_init(&rig->ports[i].around, &terminal_ops, inner);
        world->ports[i].terminal = &rig->ports[i].around.base;
    }
}

/* What is typed is in the file once it is offered and its turn has come, and may be taken later. */
static const char *compare_typed(const struct capture_rig_port *port, struct span typed)
{
    if (port->is_torn)
        return NULL;
    if (typed.len < port->typed.len || typed.len > port->typed.len + port->pending)
        return "more or less was typed than the file has";
    if (!span_equal(span_at(typed.data, port->typed.len), bytes_span(&port->typed)))
        return "other bytes were typed than the file has";
    return NULL;
}

static const char *compare_port(const struct capture_rig *rig, size_t index)
{
    const struct capture_rig_port *port = &rig->ports[index];
    static const struct pcapng_seen_interface nothing;
    const struct pcapng_seen_interface *seen;
    char interface[PCAPNG_NAME_CAP];
    const char *mistake;

    snprintf(interface, sizeof(interface), CAPTURE_RIG_NAME "/%zu", index);
    seen = pcapng_interface_named(&rig->seen, interface);
    if (seen == NULL)
        seen = &nothing;
    mistake = compare_typed(port, bytes_span(&seen->typed));
    if (mistake != NULL)
        return mistake;
    return span_equal(bytes_span(&seen->said), bytes_span(&port->said))
               ? NULL
               : "the module has said something else than the file has";
}

static const char *compare(const struct capture_rig *rig)
{
    const char *mistake = NULL;

    for (size_t i = 0; i < CAPTURE_RIG_PORTS && mistake == NULL; i++) {
        if (rig->ports[i].rig != NULL)
            mistake = compare_port(rig, i);
    }
    for (int from = 0; from < 2 && mistake == NULL; from++) {
        if (!span_equal(bytes_span(&rig->tcp[from]), bytes_span(&rig->seen.tcp[from])))
            mistake = from == PCAPNG_OWN ? "sockets have sent something else than the file has"
                                         : "sockets have received something else than the file has";
        if (!span_equal(bytes_span(&rig->udp[from]), bytes_span(&rig->seen.udp[from])))
            mistake = "other datagrams have passed than the file has";
    }
    return mistake;
}

const char *capture_rig_look(struct capture_rig *rig)
{
    capture_stop(rig->capture);
    if (!pcapng_look(bytes_span(&rig->file), &rig->seen))
        return rig->seen.mistake;
    return compare(rig);
}

void capture_rig_end(struct capture_rig *rig)
{
    capture_close(rig->capture);
    pcapng_forget(&rig->seen);
    bytes_free(&rig->file);
    for (size_t i = 0; i < CAPTURE_RIG_PORTS; i++) {
        bytes_free(&rig->ports[i].typed);
        bytes_free(&rig->ports[i].said);
    }
    for (int i = 0; i < 2; i++) {
        bytes_free(&rig->tcp[i]);
        bytes_free(&rig->udp[i]);
    }
}
