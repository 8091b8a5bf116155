/* capture_net.c: packets that the bytes of a modem's sockets could have been. */
#include "capture/capture_net.h"

#include "capture/packet.h"

#include <stdlib.h>
#include <string.h>

enum { UNACKNOWLEDGED_MAX = 2 * PACKET_SEGMENT_MAX, FIRST_PORT = 49152, OWN = 0, PEER = 1 };

struct capture_stream {
    struct net_stream base;
    struct capture *capture;
    enum net_transport transport;
    struct packet_end ends[2]; /* OWN and PEER */
    uint32_t next[2];          /* sequence number of the next byte that each sends */
    uint32_t acknowledged[2];  /* what each has heard of the other */
    bool is_shown;             /* its SYN is written */
    bool is_open;              /* of TCP */
    bool is_refused;           /* it was reset, but what came before may still be read */
    bool has_ended[2];         /* its FIN is written */
    net_event_fn *on_event;
    void *ctx;
};

static struct capture_stream *stream_of(struct net_stream *base)
{
    return (struct capture_stream *)base;
}

/* ---- packets ---- */

static void put(struct capture_stream *stream, int from, unsigned flags, struct span data,
                size_t missing)
{
    struct packet packet = { .transport = stream->transport,
                             .from = stream->ends[from],
                             .to = stream->ends[!from],
                             .sequence = stream->next[from],
                             .flags = flags };
    uint8_t head[PACKET_HEAD_MAX];
    size_t len;

    if ((flags & PACKET_ACK) != 0)
        packet.acknowledged = stream->acknowledged[from] = stream->next[!from];
    len = packet_head(&packet, data, missing, head);
    capture_put(stream->capture, &stream->capture->interface, PCAPNG_RAW_IP,
                span_of(stream->capture->name), from == OWN ? PCAPNG_OUTBOUND : PCAPNG_INBOUND,
                span_at(head, len), data, missing);
    stream->next[from] += (uint32_t)data.len + ((flags & (PACKET_SYN | PACKET_FIN)) != 0);
}

static void put_bare(struct capture_stream *stream, int from, unsigned flags)
{
    put(stream, from, flags, span_at(NULL, 0), 0);
}

static void put_data(struct capture_stream *stream, int from, struct span data, size_t missing)
{
    if (stream->transport == NET_UDP) {
        size_t len = data.len < PACKET_DATAGRAM_MAX ? data.len : PACKET_DATAGRAM_MAX;
        size_t room = PACKET_DATAGRAM_MAX - len;

        put(stream, from, 0, span_at(data.data, len), missing < room ? missing : room);
        return;
    }
    while (data.len > 0 && stream->is_open && !stream->has_ended[from]) {
        size_t len = data.len < PACKET_SEGMENT_MAX ? data.len : PACKET_SEGMENT_MAX;

        put(stream, from, PACKET_ACK | (len == data.len ? PACKET_PSH : 0), span_at(data.data, len),
            0);
        data = span_skip(data, len);
        if (stream->next[from] - stream->acknowledged[!from] >= UNACKNOWLEDGED_MAX)
            put_bare(stream, !from, PACKET_ACK);
    }
}

static void put_end(struct capture_stream *stream, int from)
{
    if (stream->transport != NET_TCP || !stream->is_open || stream->has_ended[from])
        return;
    put_bare(stream, from, PACKET_FIN | PACKET_ACK);
    stream->has_ended[from] = true;
    put_bare(stream, !from, PACKET_ACK);
}

static void put_reset(struct capture_stream *stream)
{
    if (stream->transport != NET_TCP || !stream->is_open)
        return;
    put_bare(stream, PEER, PACKET_RST | PACKET_ACK);
    stream->is_open = false;
}

/* The module's own end, as far as it is known: the network may still be choosing it. */
static void find_own_end(struct capture_stream *stream)
{
    struct packet_end own = { .port = 0 };
    struct packet_end *shown = &stream->ends[OWN];

    if (net_stream_local(stream->base.inner, &own.address, &own.port) != ERR_OK || own.port == 0)
        return;
    if (own.address.family != shown->address.family)
        own.address = shown->address; /* a rule has it go elsewhere */
    if (memcmp(own.address.bytes, shown->address.bytes, sizeof(own.address.bytes)) == 0 &&
        own.port == shown->port)
        return;
    *shown = own;
    stream->is_shown = false;
}

static void put_dial(struct capture_stream *stream, int from)
{
    if (stream->transport != NET_TCP || stream->is_shown)
        return;
    stream->next[OWN] = stream->capture->streams * 0x9e3779b1U;
    stream->next[PEER] = ~stream->next[OWN];
    put_bare(stream, from, PACKET_SYN);
    stream->is_shown = true;
}

static void put_opened(struct capture_stream *stream, int from)
{
    if (stream->transport != NET_TCP || stream->is_open)
        return;
    put_dial(stream, from);
    put_bare(stream, !from, PACKET_SYN | PACKET_ACK);
    put_bare(stream, from, PACKET_ACK);
    stream->is_open = true;
}

/* ---- streams ---- */

static ptrdiff_t recv_bytes(struct net_stream *base, void *buf, size_t cap)
{
    struct capture_stream *stream = stream_of(base);
    ptrdiff_t count = net_stream_recv(base->inner, buf, cap);
    size_t seen = count > 0 && (size_t)count > cap ? cap : (size_t)count;

    if (count > 0)
        put_data(stream, PEER, span_at(buf, seen), (size_t)count - seen);
    else if (count == 0)
        put_end(stream, PEER);
    else if (count == -ERR_RESET)
        put_reset(stream);
    return count;
}

static ptrdiff_t send_bytes(struct net_stream *base, const void *data, size_t len)
{
    struct capture_stream *stream = stream_of(base);
    ptrdiff_t count = net_stream_send(base->inner, data, len);

    if (count > 0)
        put_data(stream, OWN, span_at(data, (size_t)count), 0);
    else if (count == -ERR_RESET)
        stream->is_refused = true;
    return count;
}

static void close_stream(struct net_stream *base)
{
    struct capture_stream *stream = stream_of(base);

    if (stream->is_refused)
        put_reset(stream);
    put_end(stream, OWN);
    net_stream_close(base->inner);
    free(stream);
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct capture_stream *stream = ctx;

    if (event == NET_CONNECTED) {
        find_own_end(stream);
        put_opened(stream, OWN);
    } else if (event == NET_FAILED && (err == ERR_REFUSED || err == ERR_RESET)) {
        stream->next[PEER] =
            0; /* who answers a SYN so has no number of its own (RFC 9293 3.10.7.1) */
        if (stream->is_shown)
            put_bare(stream, PEER, PACKET_RST | PACKET_ACK);
    }
    stream->on_event(stream->ctx, event, err);
}

static void bind_stream(struct net_stream *base, net_event_fn *fn, void *ctx)
{
    struct capture_stream *stream = stream_of(base);

    stream->on_event = fn;
    stream->ctx = ctx;
    net_stream_bind(base->inner, on_event, stream);
}

static const struct net_stream_ops stream_ops = {
    .recv = recv_bytes, .send = send_bytes, .close = close_stream, .bind = bind_stream
};

static struct capture_stream *new_stream(struct capture *capture, enum net_transport transport,
                                         const struct net_address *peer, uint16_t port)
{
    struct capture_stream *stream = calloc(1, sizeof(*stream));

    if (stream == NULL)
        return NULL;
    stream->base.ops = &stream_ops;
    stream->capture = capture;
    stream->transport = transport;
    stream->ends[PEER] = (struct packet_end){ *peer, port };
    stream->ends[OWN].address.family = peer->family;
    stream->ends[OWN].port = (uint16_t)(FIRST_PORT + capture->streams % (65536 - FIRST_PORT));
    capture->streams++;
    return stream;
}

static struct capture *capture_of(struct net *base)
{
    return ((struct capture_net *)base)->capture;
}

static enum err connect_stream(struct net *base, const struct net_target *to, net_event_fn *fn,
                               void *ctx, struct net_stream **ret_stream)
{
    struct capture_stream *stream =
        new_stream(capture_of(base), to->transport, &to->address, to->port);
    struct net_target target = wrap_target(base, to);
    enum err err;

    if (stream == NULL)
        return ERR_NO_MEMORY;
    stream->on_event = fn;
    stream->ctx = ctx;
    err = net_connect(base->inner, &target, on_event, stream, &stream->base.inner);
    if (err != ERR_OK) {
        free(stream);
        return err;
    }
    find_own_end(stream);
    put_dial(stream, OWN);
    *ret_stream = &stream->base;
    return ERR_OK;
}

/* ---- listeners ---- */

static struct net_stream *adopt(struct net *base, struct net_stream *inner,
                                enum net_transport transport, const struct net_address *from,
                                uint16_t port, uint16_t own_port)
{
    struct capture_stream *stream = new_stream(capture_of(base), transport, from, port);

    (void)own_port;
    if (stream == NULL)
        return NULL;
    stream->base.inner = inner;
    find_own_end(stream);
    put_opened(stream, PEER);
    return &stream->base;
}

static const struct wrap_listener_ops listening = { .adopt = adopt };

static const struct net_ops ops = { .connect = connect_stream,
                                    .listen = wrap_listen,
                                    .listen_datagrams = wrap_listen_datagrams };

void capture_net_init(struct capture_net *net, struct capture *capture, struct net *inner)
{
    *net = (struct capture_net){ .head = { { &ops, inner }, &listening }, .capture = capture };
}
