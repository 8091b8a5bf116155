/* listener.c: see listener.h. */
#include "wrap/listener.h"

#include <assert.h>
#include <stdlib.h>

struct wrap_listener {
    struct net_listener base;
    const struct wrap_listener_ops *ops;
    struct net *net;
    struct net_listener *inner;
    net_accepted_fn *on_accepted;
    void *ctx;
    enum net_transport transport;
    uint16_t port;
};

static void unlisten(struct net_listener *base)
{
    struct wrap_listener *listener = (struct wrap_listener *)base;

    net_unlisten(listener->inner);
    if (listener->ops->ended != NULL)
        listener->ops->ended(listener->net);
    free(listener);
}

static const struct net_listener_ops listener_ops = { .unlisten = unlisten };

/* Who is told may end the listener. */
static void on_accepted(void *ctx, struct net_stream *inner, const struct net_address *from,
                        uint16_t port)
{
    const struct wrap_listener listener = *(const struct wrap_listener *)ctx;
    struct net_stream *stream =
        listener.ops->adopt(listener.net, inner, listener.transport, from, port, listener.port);

    if (stream == NULL) {
        net_stream_close(inner);
        return;
    }
    listener.on_accepted(listener.ctx, stream, from, port);
    if (listener.ops->adopted != NULL)
        listener.ops->adopted(listener.net);
}

static enum err listen_by(struct net *base, enum net_transport transport,
                          const struct net_address *at, uint16_t port, net_accepted_fn *fn,
                          void *ctx, struct net_listener **ret_listener, uint16_t *ret_port)
{
    const struct wrap_listener_ops *ops = ((struct wrap_net *)base)->listening;
    struct wrap_listener *listener = malloc(sizeof(*listener));
    enum err err;

    assert(base->inner != NULL && ops->adopt != NULL && fn != NULL);
    if (listener == NULL)
        return ERR_NO_MEMORY;
    *listener = (struct wrap_listener){ .base.ops = &listener_ops,
                                        .ops = ops,
                                        .net = base,
                                        .on_accepted = fn,
                                        .ctx = ctx,
                                        .transport = transport };
    if (transport == NET_UDP)
        err = net_listen_datagrams(base->inner, at, port, on_accepted, listener, &listener->inner,
                                   &listener->port);
    else
        err = net_listen(base->inner, at, port, on_accepted, listener, &listener->inner,
                         &listener->port);
    if (err != ERR_OK) {
        free(listener);
        return err;
    }
    if (ops->begun != NULL)
        ops->begun(base);
    *ret_listener = &listener->base;
    *ret_port = listener->port;
    return ERR_OK;
}

enum err wrap_listen(struct net *net, const struct net_address *at, uint16_t port,
                     net_accepted_fn *fn, void *ctx, struct net_listener **ret_listener,
                     uint16_t *ret_port)
{
    return listen_by(net, NET_TCP, at, port, fn, ctx, ret_listener, ret_port);
}

enum err wrap_listen_datagrams(struct net *net, const struct net_address *at, uint16_t port,
                               net_accepted_fn *fn, void *ctx, struct net_listener **ret_listener,
                               uint16_t *ret_port)
{
    return listen_by(net, NET_UDP, at, port, fn, ctx, ret_listener, ret_port);
}

struct net_target wrap_target(const struct net *net, const struct net_target *to)
{
    const struct wrap_listener *by = (const struct wrap_listener *)to->by;
    struct net_target target = *to;

    if (to->by != NULL && to->by->ops == &listener_ops && by->net == net)
        target.by = by->inner;
    return target;
}
