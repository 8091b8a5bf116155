/* lookup.c: a name is looked up for a command. */
#include "bridge/lookup.h"

#include "base/time.h"

#include <assert.h>

static int64_t now_ms(const struct lookup *lookup)
{
    return lookup->world->now_ms(lookup->world->ctx);
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct lookup *lookup = ctx;
    const struct connection_world *world = lookup->world;

    world->enter(world->ctx);
    lookup->query = NULL;
    lookup->on_done(lookup->ctx, err, list, count);
    world->leave(world->ctx);
}

enum err lookup_start(struct lookup *lookup, const struct connection_world *world, const char *host,
                      int64_t limit_ms, net_resolved_fn *on_done, void *ctx)
{
    enum err err;

    assert(host != NULL && on_done != NULL && limit_ms > 0);
    assert(lookup->query == NULL);
    *lookup = (struct lookup){ .world = world, .on_done = on_done, .ctx = ctx };
    lookup->until_ms = now_ms(lookup) + limit_ms;
    err = net_resolve(world->net, host, on_resolved, lookup, &lookup->query);
    if (err != ERR_OK)
        lookup->query = NULL;
    return err;
}

bool lookup_is_busy(const struct lookup *lookup)
{
    return lookup->query != NULL;
}

void lookup_cancel(struct lookup *lookup)
{
    if (lookup->query != NULL)
        net_cancel(lookup->query);
    lookup->query = NULL;
}

const struct net_address *lookup_pick(const struct net_address *list, size_t count)
{
    assert(list != NULL && count > 0);
    for (size_t i = 0; i < count; i++) {
        if (list[i].family == NET_IPV4)
            return &list[i];
    }
    return list;
}

int64_t lookup_deadline(const struct lookup *lookup)
{
    return lookup->query != NULL ? lookup->until_ms : CLOCK_NEVER;
}

void lookup_tick(struct lookup *lookup)
{
    if (lookup->query == NULL || now_ms(lookup) < lookup->until_ms)
        return;
    lookup_cancel(lookup);
    lookup->on_done(lookup->ctx, ERR_TIMEOUT, NULL, 0);
}
