/* no_net.c: a network that reaches nobody. */
#include "tap/no_net.h"

static enum err resolve(struct net *net, const char *name, net_resolved_fn *on_resolved, void *ctx,
                        struct net_query **ret_query)
{
    (void)net;
    (void)name;
    (void)on_resolved;
    (void)ctx;
    (void)ret_query;
    return ERR_RESOLVE;
}

static enum err connect_to(struct net *net, const struct net_target *to, net_event_fn *on_event,
                           void *ctx, struct net_stream **ret_stream)
{
    (void)net;
    (void)to;
    (void)on_event;
    (void)ctx;
    (void)ret_stream;
    return ERR_UNREACHABLE;
}

struct net *no_net(void)
{
    static const struct net_ops ops = { .resolve = resolve, .connect = connect_to };
    static struct net net = { &ops, NULL };

    return &net;
}
