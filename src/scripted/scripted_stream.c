/* scripted_stream.c: the scripted network's connections and listening ports. */
#include "scripted/scripted_stream.h"

#include "scripted/scripted_peer.h"
#include "scripted/toy_record.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_LOCAL_PORT = 50000 };

void scripted_free_stream(struct scripted_stream *stream)
{
    byte_queue_deinit(&stream->inbound);
    free(stream);
}

/* ---- operations ---- */

static void remove_stream(struct scripted_stream *stream)
{
    struct scripted_stream **link = &stream->net->streams;

    while (*link != stream)
        link = &(*link)->next;
    *link = stream->next;
    scripted_free_stream(stream);
}

static void note_call(struct scripted_stream *stream)
{
    stream->activity++;
    stream->muted = 0;
}

static ptrdiff_t recv_datagram(struct scripted_stream *stream, void *buf, size_t cap)
{
    struct toy_record datagram;
    size_t len, whole;

    if (!toy_record_peek(&stream->inbound, &datagram))
        return -ERR_AGAIN;
    len = datagram.body.len < cap ? datagram.body.len : cap;
    memcpy(buf, datagram.body.data, len);
    whole = datagram.body.len;
    toy_record_drop(&stream->inbound);
    return (ptrdiff_t)whole;
}

static ptrdiff_t receive(struct net_stream *base, void *buf, size_t cap)
{
    struct scripted_stream *stream = (struct scripted_stream *)base;

    note_call(stream);
    assert(stream->phase == STREAM_OPEN && cap > 0);
    if (stream->transport == NET_UDP)
        return recv_datagram(stream, buf, cap);
    if (stream->lost != ERR_OK)
        return -(ptrdiff_t)stream->lost;
    if (byte_queue_len(&stream->inbound) > 0)
        return (ptrdiff_t)byte_queue_take(&stream->inbound, buf, cap);
    if (stream->lost_behind != ERR_OK)
        return -(ptrdiff_t)stream->lost_behind;
    return stream->fin ? 0 : -ERR_AGAIN;
}

static ptrdiff_t transmit(struct net_stream *base, const void *data, size_t len)
{
    struct scripted_stream *stream = (struct scripted_stream *)base;
    size_t room;

    note_call(stream);
    assert(stream->phase == STREAM_OPEN && len > 0);
    if (stream->lost != ERR_OK)
        return -(ptrdiff_t)stream->lost;
    if (stream->lost_behind != ERR_OK)
        return -(ptrdiff_t)stream->lost_behind;
    room = stream->peer != NULL ? peer_room(stream->peer) : len;
    if (room == 0)
        return -ERR_AGAIN;
    if (len > room)
        len = room;
    if (stream->peer != NULL)
        peer_take(stream->peer, span_at(data, len));
    stream->net->departures++;
    return (ptrdiff_t)len;
}

static void want(struct net_stream *base, unsigned events)
{
    struct scripted_stream *stream = (struct scripted_stream *)base;

    note_call(stream);
    stream->wanted = events;
}

static void keep_alive(struct net_stream *base, const struct net_keep_alive *probes)
{
    struct scripted_stream *stream = (struct scripted_stream *)base;

    stream->probes = *probes;
}

static void close_stream(struct net_stream *base)
{
    struct scripted_stream *stream = (struct scripted_stream *)base;

    if (stream->peer != NULL)
        peer_on_closed(stream->peer);
    if (stream->net->calling == stream)
        stream->net->calling = NULL;
    remove_stream(stream);
}

static void bind_to(struct net_stream *base, net_event_fn *on_event, void *ctx)
{
    struct scripted_stream *stream = (struct scripted_stream *)base;

    stream->on_event = on_event;
    stream->ctx = ctx;
}

static struct net_address own_address(enum net_family family)
{
    if (family == NET_IPV4)
        return (struct net_address){ .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } };
    return (struct net_address){ .family = NET_IPV6, .bytes = { [15] = 1 } };
}

static enum err local(struct net_stream *base, struct net_address *ret_address, uint16_t *ret_port)
{
    struct scripted_stream *stream = (struct scripted_stream *)base;

    *ret_address = own_address(stream->address.family);
    *ret_port = stream->local_port;
    return ERR_OK;
}

static const struct net_stream_ops ops = {
    .recv = receive,
    .send = transmit,
    .want = want,
    .keep_alive = keep_alive,
    .close = close_stream,
    .local = local,
    .bind = bind_to,
};

/* ---- starting ---- */

static struct scripted_stream *append_stream(struct scripted_net *net, enum stream_phase phase)
{
    struct scripted_stream **link = &net->streams;
    struct scripted_stream *stream = calloc(1, sizeof(*stream));

    if (stream == NULL)
        return NULL;
    stream->base.ops = &ops;
    stream->net = net;
    stream->phase = phase;
    while (*link != NULL)
        link = &(*link)->next;
    *link = stream;
    return stream;
}

static uint16_t choose_local_port(struct scripted_net *net)
{
    if (net->last_local_port == 0 || net->last_local_port == UINT16_MAX)
        net->last_local_port = FIRST_LOCAL_PORT - 1;
    return ++net->last_local_port;
}

static struct scripted_listener *listener_on(struct scripted_net *net, enum net_transport transport,
                                             uint16_t port)
{
    struct scripted_listener *listener = net->listeners;

    while (listener != NULL && (listener->port != port || listener->transport != transport))
        listener = listener->next;
    return listener;
}

/* TCP knows a connection by both ends, UDP by ours. */
static bool is_taken(struct scripted_net *net, const struct net_target *to)
{
    if (listener_on(net, to->transport, to->local_port) != NULL)
        return true;
    for (const struct scripted_stream *stream = net->streams; stream != NULL;
         stream = stream->next) {
        if (stream->local_port == to->local_port && stream->transport == to->transport &&
            (to->transport == NET_UDP || stream->port == to->port))
            return true;
    }
    return false;
}

/* How many connections its port has been asked for, with this one. */
static uint32_t number_of(const struct scripted_stream *stream)
{
    struct scripted_peer *first = scripted_net_peer(stream->net, stream->port);

    return stream->transport == NET_TCP ? ++first->dials : 0;
}

static uint16_t own_port(struct scripted_net *net, const struct net_target *to)
{
    const struct scripted_listener *by = (const struct scripted_listener *)to->by;

    if (by != NULL)
        return by->port;
    return to->local_port != 0 ? to->local_port : choose_local_port(net);
}

enum err scripted_connect(struct net *base, const struct net_target *to, net_event_fn *on_event,
                          void *ctx, struct net_stream **ret_stream)
{
    struct scripted_net *net = (struct scripted_net *)base;
    struct scripted_stream *stream;

    if (to->local_port != 0 && is_taken(net, to))
        return ERR_BUSY;
    stream = append_stream(net, STREAM_OPENING);
    if (stream == NULL)
        return ERR_NO_MEMORY;
    if (net->tried_count < TRIED_MAX)
        net->tried[net->tried_count++] = to->address;
    stream->transport = to->transport;
    stream->address = to->address;
    stream->port = to->port;
    stream->local_port = own_port(net, to);
    stream->on_event = on_event;
    stream->ctx = ctx;
    stream->dial = number_of(stream);
    net->departures++;
    *ret_stream = &stream->base;
    return ERR_OK;
}

/* ---- listening ---- */

static void unlisten(struct net_listener *base)
{
    struct scripted_listener *listener = (struct scripted_listener *)base;
    struct scripted_listener **link = &listener->net->listeners;

    while (*link != listener)
        link = &(*link)->next;
    *link = listener->next;
    free(listener);
}

static const struct net_listener_ops listener_ops = { .unlisten = unlisten };

static enum err listen_for(struct scripted_net *net, enum net_transport transport, uint16_t port,
                           net_accepted_fn *on_accepted, void *ctx,
                           struct net_listener **ret_listener, uint16_t *ret_port)
{
    struct scripted_listener *listener;

    if (port != 0 && listener_on(net, transport, port) != NULL)
        return ERR_BUSY;
    listener = calloc(1, sizeof(*listener));
    if (listener == NULL)
        return ERR_NO_MEMORY;
    *listener = (struct scripted_listener){ .base.ops = &listener_ops,
                                            .next = net->listeners,
                                            .net = net,
                                            .transport = transport,
                                            .port = port != 0 ? port : choose_local_port(net),
                                            .on_accepted = on_accepted,
                                            .ctx = ctx };
    net->listeners = listener;
    net->last_local_port = listener->port;
    *ret_port = listener->port;
    *ret_listener = &listener->base;
    return ERR_OK;
}

enum err scripted_listen(struct net *base, const struct net_address *at, uint16_t port,
                         net_accepted_fn *on_accepted, void *ctx,
                         struct net_listener **ret_listener, uint16_t *ret_port)
{
    (void)at;
    return listen_for((struct scripted_net *)base, NET_TCP, port, on_accepted, ctx, ret_listener,
                      ret_port);
}

enum err scripted_listen_datagrams(struct net *base, const struct net_address *at, uint16_t port,
                                   net_accepted_fn *on_accepted, void *ctx,
                                   struct net_listener **ret_listener, uint16_t *ret_port)
{
    (void)at;
    return listen_for((struct scripted_net *)base, NET_UDP, port, on_accepted, ctx, ret_listener,
                      ret_port);
}

bool scripted_net_call(struct scripted_peer *peer, const struct net_address *from, uint16_t port)
{
    struct scripted_stream *stream;

    if (listener_on(peer->net, peer->transport, port) == NULL)
        return false;
    stream = append_stream(peer->net, STREAM_KNOCKING);
    if (stream == NULL)
        return false;
    stream->transport = peer->transport;
    stream->address = *from;
    stream->port = peer->port;
    stream->local_port = port;
    peer_on_connected(peer, stream);
    peer->calls = port;
    return true;
}

static void report_knock(struct scripted_stream *stream)
{
    struct scripted_net *net = stream->net;
    struct scripted_listener *listener = listener_on(net, stream->transport, stream->local_port);
    struct net_address from = stream->address;

    if (listener == NULL) {
        close_stream(&stream->base);
        return;
    }
    stream->phase = STREAM_OPEN;
    net->calling = stream;
    listener->on_accepted(listener->ctx, &stream->base, &from, stream->port);
    assert(net->calling == NULL || stream->on_event != NULL); /* closed or bound */
    net->calling = NULL;
}

/* ---- events ---- */

static unsigned due_events(const struct scripted_stream *stream)
{
    bool gone = stream->lost != ERR_OK || stream->lost_behind != ERR_OK;
    unsigned due = 0;

    if (stream->phase != STREAM_OPEN)
        return 0;
    if (byte_queue_len(&stream->inbound) > 0 || stream->fin || gone)
        due |= NET_WANT_READ;
    if (gone || stream->peer == NULL || peer_room(stream->peer) > 0)
        due |= NET_WANT_WRITE;
    return due & stream->wanted & ~stream->muted;
}

/* The first at its port that has no connection; where all have one, the first of all. */
static struct scripted_peer *peer_of(struct scripted_stream *stream)
{
    struct scripted_peer *first =
        scripted_net_nth_peer(stream->net, stream->transport, stream->port, 0);
    struct scripted_peer *found = NULL;

    for (struct scripted_peer *peer = stream->net->peers; peer != NULL; peer = peer->next) {
        if (peer->port == stream->port && peer->transport == stream->transport &&
            peer->stream == NULL && (found == NULL || peer->nth < found->nth))
            found = peer;
    }
    return found != NULL ? found : first;
}

/* What it meets at its port. */
static enum peer_listens met_by(const struct scripted_stream *stream)
{
    for (const struct scripted_dial *dial = stream->net->dials; dial != NULL; dial = dial->next) {
        if (dial->port == stream->port && dial->number == stream->dial)
            return dial->listens;
    }
    return scripted_net_peer(stream->net, stream->port)->listens;
}

static bool is_refused(struct scripted_stream *stream)
{
    if (stream->transport == NET_UDP)
        return false;
    if (stream->net->refuse_next == 0)
        return met_by(stream) != PEER_ACCEPTS;
    stream->net->refuse_next--;
    return true;
}

static void report_connection(struct scripted_stream *stream)
{
    if (is_refused(stream)) {
        stream->phase = STREAM_FAILED;
        stream->on_event(stream->ctx, NET_FAILED, ERR_REFUSED);
    } else {
        stream->phase = STREAM_OPEN;
        peer_on_connected(peer_of(stream), stream);
        stream->on_event(stream->ctx, NET_CONNECTED, ERR_OK);
    }
}

/* A stream whose event changes nothing would be called again for ever by a real loop. */
static void report_event(struct scripted_stream *stream, unsigned due)
{
    struct scripted_net *net = stream->net;
    unsigned before = stream->activity;
    bool readable = (due & NET_WANT_READ) != 0;

    net->calling = stream;
    stream->on_event(stream->ctx, readable ? NET_READABLE : NET_WRITABLE, ERR_OK);
    if (net->calling == stream && stream->activity == before) {
        stream->muted |= readable ? NET_WANT_READ : NET_WANT_WRITE;
        net->spins++;
        fprintf(stderr, "scripted_net: busy loop: port %u is %s, nothing was done about it\n",
                (unsigned)stream->port, readable ? "readable" : "writable");
    }
    net->calling = NULL;
}

static bool is_connecting(struct scripted_stream *stream)
{
    return stream->phase == STREAM_OPENING &&
           (stream->transport == NET_UDP || met_by(stream) != PEER_HANGS);
}

bool scripted_step_streams(struct scripted_net *net)
{
    for (struct scripted_stream *stream = net->streams; stream != NULL; stream = stream->next) {
        unsigned due = due_events(stream);

        if (stream->pass == net->pass)
            continue;
        stream->pass = net->pass;
        if (is_connecting(stream))
            report_connection(stream);
        else if (stream->phase == STREAM_KNOCKING)
            report_knock(stream);
        else if (due != 0)
            report_event(stream, due);
        else
            continue;
        return true;
    }
    return false;
}
