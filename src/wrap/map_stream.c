/* map_stream.c: a connection whose peer still has to be looked up. */
#include "wrap/map_stream.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESSES_MAX = 8 };

struct map_stream {
    struct net_stream base; /* its `inner` is NULL until a connection is under way */
    struct net *net;
    struct net_query *query; /* NULL: the name is known */
    struct net_target to;
    struct net_address list[ADDRESSES_MAX];
    size_t count, next;
    unsigned wanted;
    bool is_connected;
    net_event_fn *on_event;
    void *ctx;
};

static void on_event(void *ctx, enum net_event event, enum err err);

/* Tries the addresses that are left; `err` is that of the one before. */
static enum err connect_next(struct map_stream *stream, enum err err)
{
    while (err != ERR_OK && stream->next < stream->count) {
        if (stream->base.inner != NULL)
            net_stream_close(stream->base.inner);
        stream->base.inner = NULL;
        stream->to.address = stream->list[stream->next++];
        err = net_connect(stream->net, &stream->to, on_event, stream, &stream->base.inner);
        if (err != ERR_OK)
            stream->base.inner = NULL;
    }
    return err;
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct map_stream *stream = ctx;

    if (event == NET_FAILED && connect_next(stream, err) == ERR_OK)
        return;
    if (event == NET_CONNECTED) {
        stream->is_connected = true;
        net_stream_want(stream->base.inner, stream->wanted);
    }
    stream->on_event(stream->ctx, event, err);
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct map_stream *stream = ctx;

    stream->query = NULL;
    if (err == ERR_OK) {
        stream->count = count < ADDRESSES_MAX ? count : ADDRESSES_MAX;
        memcpy(stream->list, list, stream->count * sizeof(list[0]));
        err = connect_next(stream, ERR_RESOLVE);
    }
    if (err != ERR_OK)
        stream->on_event(stream->ctx, NET_FAILED, err);
}

static void want(struct net_stream *base, unsigned events)
{
    struct map_stream *stream = (struct map_stream *)base;

    stream->wanted = events;
    if (stream->is_connected)
        net_stream_want(base->inner, events);
}

static enum err local(struct net_stream *base, struct net_address *ret_address, uint16_t *ret_port)
{
    return base->inner != NULL ? net_stream_local(base->inner, ret_address, ret_port)
                               : ERR_UNREACHABLE;
}

static void rebind(struct net_stream *base, net_event_fn *fn, void *ctx)
{
    struct map_stream *stream = (struct map_stream *)base;

    stream->on_event = fn;
    stream->ctx = ctx;
}

static void close_stream(struct net_stream *base)
{
    struct map_stream *stream = (struct map_stream *)base;

    if (stream->query != NULL)
        net_cancel(stream->query);
    if (base->inner != NULL)
        net_stream_close(base->inner);
    free(stream);
}

/* Bytes, probes: the inner stream's. */
static const struct net_stream_ops ops = {
    .want = want, .local = local, .bind = rebind, .close = close_stream
};

enum err map_stream_connect(struct net *inner, const char *host, const struct net_target *to,
                            net_event_fn *fn, void *ctx, struct net_stream **ret_stream)
{
    struct map_stream *stream = malloc(sizeof(*stream));
    enum err err;

    if (stream == NULL)
        return ERR_NO_MEMORY;
    *stream = (struct map_stream){
        .base.ops = &ops, .net = inner, .to = *to, .on_event = fn, .ctx = ctx
    };
    err = net_resolve(inner, host, on_resolved, stream, &stream->query);
    if (err != ERR_OK) {
        free(stream);
        return err;
    }
    *ret_stream = &stream->base;
    return ERR_OK;
}
