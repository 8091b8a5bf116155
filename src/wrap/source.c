/* source.c: a network whose connections and echo requests come from one address of the
 * machine, or one of each family. */
#include "wrap/source.h"

#include <assert.h>
#include <stdlib.h>

enum { FAMILIES = NET_IPV6 + 1 };

struct source {
    struct net base;
    bool has[FAMILIES];
    struct net_address addresses[FAMILIES]; /* by family */
};

static enum err connect_to(struct net *base, const struct net_target *to, net_event_fn *on_event,
                           void *ctx, struct net_stream **ret_stream)
{
    const struct source *source = (const struct source *)base;
    struct net_target target = *to;

    if (!source->has[to->address.family])
        return ERR_UNREACHABLE;
    target.has_source = true;
    target.source = source->addresses[to->address.family];
    return net_connect(base->inner, &target, on_event, ctx, ret_stream);
}

static enum err start_echo(struct net *base, const struct net_echo *echo, net_echo_fn *on_echo,
                           void *ctx, struct net_query **ret_query)
{
    const struct source *source = (const struct source *)base;
    struct net_echo copy = *echo;

    if (!source->has[echo->to.family])
        return ERR_UNREACHABLE;
    copy.has_source = true;
    copy.source = source->addresses[echo->to.family];
    return net_start_echo(base->inner, &copy, on_echo, ctx, ret_query);
}

static const struct net_ops ops = { .connect = connect_to, .echo = start_echo };

enum err source_open(struct net *inner, const struct net_address *address, struct net **ret_net)
{
    struct source *source = calloc(1, sizeof(*source));

    assert(inner != NULL);
    if (source == NULL)
        return ERR_NO_MEMORY;
    source->base = (struct net){ .ops = &ops, .inner = inner };
    source_move(&source->base, address, address != NULL ? 1 : 0);
    *ret_net = &source->base;
    return ERR_OK;
}

void source_move(struct net *net, const struct net_address *list, size_t count)
{
    struct source *source = (struct source *)net;

    assert(count <= FAMILIES);
    for (size_t family = 0; family < FAMILIES; family++)
        source->has[family] = false;
    for (size_t i = 0; i < count; i++) {
        assert(!source->has[list[i].family]);
        source->has[list[i].family] = true;
        source->addresses[list[i].family] = list[i];
    }
}

void source_close(struct net *net)
{
    free(net);
}
