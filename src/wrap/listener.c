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

enum err wrap_listen(struct net *net, const struct wrap_listener_ops *ops,
                     enum net_transport transport, const struct net_address *at, uint16_t port,
                     net_accepted_fn *fn, void *ctx, struct net_listener **ret_listener,
                     uint16_t *ret_port)
{
    struct wrap_listener *listener = malloc(sizeof(*listener));
    enum err (*const listen_fn)(struct net * inner, const struct net_address *place,
                                uint16_t wanted, net_accepted_fn *accepted, void *accepted_ctx,
                                struct net_listener **listening, uint16_t *got) =
        transport == NET_UDP ? net_listen_datagrams : net_listen;
    enum err err;

    assert(net->inner != NULL && ops->adopt != NULL && fn != NULL);
    if (listener == NULL)
        return ERR_NO_MEMORY;
    *listener = (struct wrap_listener){ .base.ops = &listener_ops,
                                        .ops = ops,
                                        .net = net,
                                        .on_accepted = fn,
                                        .ctx = ctx,
                                        .transport = transport };
    err = listen_fn(net->inner, at, port, on_accepted, listener, &listener->inner, &listener->port);
    if (err != ERR_OK) {
        free(listener);
        return err;
    }
    *ret_listener = &listener->base;
    *ret_port = listener->port;
    return ERR_OK;
}
