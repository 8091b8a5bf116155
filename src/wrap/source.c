/* source.c: a network whose connections and echo requests come from one address of the
 * machine. */
#include "wrap/source.h"

#include <assert.h>
#include <stdlib.h>

struct source {
    struct net base;
    struct net_address address;
};

static enum err connect_to(struct net *base, const struct net_target *to, net_event_fn *on_event,
                           void *ctx, struct net_stream **ret_stream)
{
    const struct source *source = (const struct source *)base;
    struct net_target target = *to;

    if (to->address.family != source->address.family)
        return ERR_UNREACHABLE;
    target.has_source = true;
    target.source = source->address;
    return net_connect(base->inner, &target, on_event, ctx, ret_stream);
}

static enum err start_echo(struct net *base, const struct net_echo *echo, net_echo_fn *on_echo,
                           void *ctx, struct net_query **ret_query)
{
    const struct source *source = (const struct source *)base;
    struct net_echo copy = *echo;

    if (echo->to.family != source->address.family)
        return ERR_UNREACHABLE;
    copy.has_source = true;
    copy.source = source->address;
    return net_start_echo(base->inner, &copy, on_echo, ctx, ret_query);
}

static const struct net_ops ops = { .connect = connect_to, .echo = start_echo };

enum err source_open(struct net *inner, const struct net_address *address, struct net **ret_net)
{
    struct source *source = malloc(sizeof(*source));

    assert(inner != NULL && address != NULL);
    if (source == NULL)
        return ERR_NO_MEMORY;
    *source = (struct source){ { .ops = &ops, .inner = inner }, *address };
    *ret_net = &source->base;
    return ERR_OK;
}

void source_close(struct net *net)
{
    free(net);
}
