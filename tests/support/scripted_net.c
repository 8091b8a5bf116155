/* scripted_net.c: a network in which nothing happens by itself. */
#include "scripted_net.h"

#include "address_literal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

void scripted_net_init(struct scripted_net *net)
{
    *net = (struct scripted_net){ 0 };
}

static void free_stream(struct net_stream *stream)
{
    byte_queue_deinit(&stream->inbound);
    free(stream);
}

void scripted_net_deinit(struct scripted_net *net)
{
    while (net->names != NULL) {
        struct scripted_name *name = net->names;

        net->names = name->next;
        free(name);
    }
    while (net->queries != NULL) {
        struct net_query *query = net->queries;

        net->queries = query->next;
        free(query);
    }
    while (net->streams != NULL) {
        struct net_stream *stream = net->streams;

        net->streams = stream->next;
        free_stream(stream);
    }
    while (net->peers != NULL) {
        struct scripted_peer *peer = net->peers;

        net->peers = peer->next;
        peer_deinit(peer);
        free(peer);
    }
}

/* ---- what a script says ---- */

static struct scripted_name *find_name(struct scripted_net *net, const char *text)
{
    struct scripted_name *name = net->names;

    while (name != NULL && strcmp(name->name, text) != 0)
        name = name->next;
    return name;
}

void scripted_net_name(struct scripted_net *net, const char *text, enum name_answer answer,
                       const struct net_address *list, size_t count)
{
    struct scripted_name *name = find_name(net, text);

    assert(count <= NAME_ADDRESSES_MAX);
    if (name == NULL) {
        name = must(calloc(1, sizeof(*name)));
        snprintf(name->name, sizeof(name->name), "%s", text);
        name->next = net->names;
        net->names = name;
    }
    name->answer = answer;
    name->count = count;
    if (count > 0)
        memcpy(name->list, list, count * sizeof(list[0]));
}

struct scripted_peer *scripted_net_peer(struct scripted_net *net, uint16_t port)
{
    struct scripted_peer *peer = net->peers;

    while (peer != NULL && peer->port != port)
        peer = peer->next;
    if (peer == NULL) {
        peer = must(calloc(1, sizeof(*peer)));
        peer->net = net;
        peer->port = port;
        peer->next = net->peers;
        net->peers = peer;
    }
    return peer;
}

void scripted_net_listen(struct scripted_net *net, uint16_t port, enum peer_listens listens)
{
    struct scripted_peer *peer = scripted_net_peer(net, port);

    peer_forget(peer);
    peer->listens = listens;
}

void scripted_net_touch(struct net_stream *stream)
{
    stream->muted = 0;
}

/* ---- names ---- */

static enum err resolve(void *impl, const char *name, net_resolved_fn *on_resolved, void *ctx,
                        struct net_query **ret_query)
{
    struct scripted_net *net = impl;
    struct net_query **link = &net->queries;
    struct net_query *query = calloc(1, sizeof(*query));

    if (query == NULL)
        return ERR_NO_MEMORY;
    snprintf(query->name, sizeof(query->name), "%s", name);
    query->net = net;
    query->on_resolved = on_resolved;
    query->ctx = ctx;
    while (*link != NULL)
        link = &(*link)->next;
    *link = query;
    *ret_query = query;
    return ERR_OK;
}

static void unlink_query(struct net_query *query)
{
    struct net_query **link = &query->net->queries;

    while (*link != query)
        link = &(*link)->next;
    *link = query->next;
}

static void cancel(struct net_query *query)
{
    unlink_query(query);
    free(query);
}

static enum name_answer answer_of(struct scripted_net *net, const char *text,
                                  struct net_address *list, size_t *ret_count)
{
    const struct scripted_name *name = find_name(net, text);

    *ret_count = 0;
    if (name != NULL) {
        memcpy(list, name->list, sizeof(name->list));
        *ret_count = name->count;
        return name->answer;
    }
    if (!address_literal(strcmp(text, "localhost") == 0 ? "127.0.0.1" : text, &list[0]))
        return NAME_FAILS;
    *ret_count = 1;
    return NAME_ADDRESSES;
}

/* Answers the first query that can be answered. */
static bool step_queries(struct scripted_net *net)
{
    for (struct net_query *query = net->queries; query != NULL; query = query->next) {
        struct net_query copy = *query;
        struct net_address list[NAME_ADDRESSES_MAX];
        size_t count;
        enum name_answer answer = answer_of(net, query->name, list, &count);

        if (answer == NAME_HANGS)
            continue;
        cancel(query);
        copy.on_resolved(copy.ctx, answer == NAME_FAILS ? ERR_RESOLVE : ERR_OK, list, count);
        return true;
    }
    return false;
}

/* ---- streams ---- */

static enum err start_connect(void *impl, const struct net_target *to, net_event_fn *on_event,
                              void *ctx, struct net_stream **ret_stream)
{
    struct scripted_net *net = impl;
    struct net_stream **link = &net->streams;
    struct net_stream *stream = calloc(1, sizeof(*stream));

    if (stream == NULL)
        return ERR_NO_MEMORY;
    if (net->tried_count < TRIED_MAX)
        net->tried[net->tried_count++] = to->address;
    stream->net = net;
    stream->port = to->port;
    stream->on_event = on_event;
    stream->ctx = ctx;
    while (*link != NULL)
        link = &(*link)->next;
    *link = stream;
    *ret_stream = stream;
    return ERR_OK;
}

static void note_call(struct net_stream *stream)
{
    stream->activity++;
    stream->muted = 0;
}

static ptrdiff_t recv_bytes(struct net_stream *stream, void *buf, size_t cap)
{
    note_call(stream);
    assert(stream->phase == STREAM_OPEN && cap > 0);
    if (stream->reset)
        return -ERR_RESET;
    if (byte_queue_len(&stream->inbound) > 0)
        return (ptrdiff_t)byte_queue_take(&stream->inbound, buf, cap);
    return stream->fin ? 0 : -ERR_AGAIN;
}

static ptrdiff_t send_bytes(struct net_stream *stream, const void *data, size_t len)
{
    size_t room;

    note_call(stream);
    assert(stream->phase == STREAM_OPEN && len > 0);
    if (stream->reset)
        return -ERR_RESET;
    if (stream->peer == NULL)
        return (ptrdiff_t)len;
    room = peer_room(stream->peer);
    if (room == 0)
        return -ERR_AGAIN;
    if (len > room)
        len = room;
    peer_take(stream->peer, span_at(data, len));
    return (ptrdiff_t)len;
}

static void want(struct net_stream *stream, unsigned events)
{
    note_call(stream);
    stream->wanted = events;
}

static void close_stream(struct net_stream *stream)
{
    struct scripted_net *net = stream->net;
    struct net_stream **link = &net->streams;

    if (stream->peer != NULL)
        peer_on_closed(stream->peer);
    if (net->calling == stream)
        net->calling = NULL;
    while (*link != stream)
        link = &(*link)->next;
    *link = stream->next;
    free_stream(stream);
}

static unsigned due_events(const struct net_stream *stream)
{
    unsigned due = 0;

    if (stream->phase != STREAM_OPEN)
        return 0;
    if (byte_queue_len(&stream->inbound) > 0 || stream->fin || stream->reset)
        due |= NET_WANT_READ;
    if (stream->reset || stream->peer == NULL || peer_room(stream->peer) > 0)
        due |= NET_WANT_WRITE;
    return due & stream->wanted & ~stream->muted;
}

static void report_connection(struct net_stream *stream)
{
    struct scripted_peer *peer = scripted_net_peer(stream->net, stream->port);

    if (stream->net->refuse_next == 0 && peer->listens == PEER_ACCEPTS) {
        stream->phase = STREAM_OPEN;
        peer_on_connected(peer, stream);
        stream->on_event(stream->ctx, NET_CONNECTED, ERR_OK);
    } else {
        if (stream->net->refuse_next > 0)
            stream->net->refuse_next--;
        stream->phase = STREAM_FAILED;
        stream->on_event(stream->ctx, NET_FAILED, ERR_REFUSED);
    }
}

/* A stream whose event changes nothing would be called again for ever by a real loop. */
static void report_event(struct net_stream *stream, unsigned due)
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

static bool is_connecting(struct net_stream *stream)
{
    return stream->phase == STREAM_OPENING &&
           scripted_net_peer(stream->net, stream->port)->listens != PEER_HANGS;
}

/* Calls the first stream of this pass that has something to say. */
static bool step_streams(struct scripted_net *net)
{
    for (struct net_stream *stream = net->streams; stream != NULL; stream = stream->next) {
        unsigned due = due_events(stream);

        if (stream->pass == net->pass)
            continue;
        stream->pass = net->pass;
        if (is_connecting(stream)) {
            report_connection(stream);
            return true;
        }
        if (due != 0) {
            report_event(stream, due);
            return true;
        }
    }
    return false;
}

bool scripted_net_step(struct scripted_net *net)
{
    bool news = false;

    for (struct scripted_peer *peer = net->peers; peer != NULL; peer = peer->next)
        news = peer_step(peer) || news;
    while (step_queries(net))
        news = true;
    net->pass++;
    while (step_streams(net))
        news = true;
    return news;
}

static const struct net_ops ops = {
    .resolve = resolve,
    .cancel = cancel,
    .connect = start_connect,
    .recv = recv_bytes,
    .send = send_bytes,
    .want = want,
    .close = close_stream,
};

struct net scripted_net_iface(struct scripted_net *net)
{
    return (struct net){ &ops, net };
}
