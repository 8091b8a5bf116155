/* map.c: servers that stand in for others: names, echo requests, and where a connection goes. */
#include "wrap/map.h"

#include "wrap/address_words.h"
#include "wrap/map_rules.h"
#include "wrap/map_stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct map {
    struct net base;
    struct clock *clock;
    struct map_rules *rules;
};

/* The address that a mapped host has here: 198.18.0.1 for the first rule. */
static struct net_address address_of(const struct map_rule *rule)
{
    size_t number = rule->host + 1;

    return (struct net_address){ .family = NET_IPV4,
                                 .bytes = { 198, (uint8_t)(18 + (number >> 16)),
                                            (uint8_t)(number >> 8), (uint8_t)number } };
}

/* The first rule of the host that has this address. */
static const struct map_rule *rule_at(const struct map *map, const struct net_address *address)
{
    const uint8_t *bytes = address->bytes;
    size_t number = (size_t)bytes[2] << 8 | bytes[3];

    if (address->family != NET_IPV4 || bytes[0] != 198 || bytes[1] != 18 || number == 0 ||
        number > map->rules->count)
        return NULL;
    return &map->rules->list[map->rules->list[number - 1].host];
}

/* The first rule of an old host that is this address by its text. */
static const struct map_rule *rule_of_text(const struct map *map, const struct net_address *address)
{
    for (size_t i = 0; i < map->rules->count; i++) {
        const struct map_rule *rule = &map->rules->list[i];
        struct net_address old;

        if (address_words_read(span_of(rule->old_host), &old) && old.family == address->family &&
            memcmp(old.bytes, address->bytes, old.family == NET_IPV4 ? 4 : 16) == 0)
            return &map->rules->list[rule->host];
    }
    return NULL;
}

/* An address that was not looked up here, a datagram's, that of FTP's data, or of a name without a
 * rule, goes to who stands in for it, too. */
static const struct map_rule *rule_for(const struct map *map, const struct net_address *address)
{
    const struct map_rule *rule = rule_at(map, address);

    return rule != NULL ? rule : rule_of_text(map, address);
}

/* ---- names, and echo requests to hosts whose name comes first ---- */

struct map_query {
    struct net_query base;
    struct net *net;
    struct clock_timer *timer;    /* of a name that needs nobody; else NULL */
    struct net_query *inner;      /* of what is asked; NULL: not under way */
    net_resolved_fn *on_resolved; /* of a name */
    net_echo_fn *on_echo;         /* of an echo request */
    void *ctx;
    struct net_address address; /* of a name */
    struct net_echo echo;
};

static void release(struct map_query *query)
{
    clock_timer_free(query->timer);
    free(query);
}

static void cancel(struct net_query *base)
{
    struct map_query *query = (struct map_query *)base;

    if (query->inner != NULL)
        net_cancel(query->inner);
    release(query);
}

static const struct net_query_ops query_ops = { .cancel = cancel };

static struct map_query *new_query(struct map *map, const struct map_query *what)
{
    struct map_query *query = malloc(sizeof(*query));

    if (query == NULL)
        return NULL;
    *query = *what;
    query->base.ops = &query_ops;
    query->net = map->base.inner;
    return query;
}

static void on_time(void *ctx)
{
    struct map_query copy = *(const struct map_query *)ctx;

    release(ctx);
    copy.on_resolved(copy.ctx, ERR_OK, &copy.address, 1);
}

static enum err resolve(struct net *base, const char *name, net_resolved_fn *fn, void *ctx,
                        struct net_query **ret_query)
{
    struct map *map = (struct map *)base;
    const struct map_rule *rule = map_rules_of_host(map->rules, name);
    struct map_query what = { .on_resolved = fn, .ctx = ctx };
    struct map_query *query;

    if (rule == NULL)
        return net_resolve(base->inner, name, fn, ctx, ret_query);
    what.address = address_of(rule);
    query = new_query(map, &what);
    if (query == NULL)
        return ERR_NO_MEMORY;
    if (clock_new_timer(map->clock, on_time, query, &query->timer) != ERR_OK) {
        free(query);
        return ERR_NO_MEMORY;
    }
    clock_timer_start(query->timer, 0);
    *ret_query = &query->base;
    return ERR_OK;
}

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    struct map_query copy = *(const struct map_query *)ctx;

    release(ctx);
    copy.on_echo(copy.ctx, err, round_trip_ms, ttl);
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct map_query *query = ctx;

    query->inner = NULL;
    if (err == ERR_OK) {
        assert(count > 0);
        (void)count;
        query->echo.to = list[0];
        err = net_start_echo(query->net, &query->echo, on_echo, query, &query->inner);
    }
    if (err != ERR_OK)
        on_echo(query, err, 0, 0);
}

static enum err start_echo(struct net *base, const struct net_echo *echo, net_echo_fn *fn,
                           void *ctx, struct net_query **ret_query)
{
    struct map *map = (struct map *)base;
    const struct map_rule *rule = rule_for(map, &echo->to);
    struct map_query what = { .on_echo = fn, .ctx = ctx, .echo = *echo };
    struct map_query *query;
    enum err err;

    if (rule == NULL)
        return net_start_echo(base->inner, echo, fn, ctx, ret_query);
    query = new_query(map, &what);
    if (query == NULL)
        return ERR_NO_MEMORY;
    err = net_resolve(base->inner, rule->new_host, on_resolved, query, &query->inner);
    if (err != ERR_OK) {
        free(query);
        return err;
    }
    *ret_query = &query->base;
    return ERR_OK;
}

/* ---- connections ---- */

static enum err connect_to(struct net *base, const struct net_target *to, net_event_fn *fn,
                           void *ctx, struct net_stream **ret_stream)
{
    struct map *map = (struct map *)base;
    const struct map_rule *first = rule_for(map, &to->address);
    const struct map_rule *rule;
    struct net_target target = *to;

    if (first == NULL)
        return net_connect(base->inner, to, fn, ctx, ret_stream);
    rule = map_rules_of_port(map->rules, first, to->port);
    if (rule == NULL)
        return map_stream_connect(base->inner, first->old_host, to, fn, ctx, ret_stream);
    if (rule->new_port != 0)
        target.port = rule->new_port;
    return map_stream_connect(base->inner, rule->new_host, &target, fn, ctx, ret_stream);
}

/* ---- the network ---- */

static const struct net_ops ops = { .resolve = resolve, .connect = connect_to, .echo = start_echo };

static enum err open_by_words(struct net *inner, struct clock *clock, const struct log *log,
                              struct span words, struct net **ret_net)
{
    struct map *map = malloc(sizeof(*map));

    assert(inner != NULL && clock != NULL);
    (void)log;
    if (map == NULL)
        return ERR_NO_MEMORY;
    *map = (struct map){ .base = { .ops = &ops, .inner = inner },
                         .clock = clock,
                         .rules = map_rules_new(words) };
    if (map->rules == NULL) {
        free(map);
        return ERR_NO_MEMORY;
    }
    *ret_net = &map->base;
    return ERR_OK;
}

static void close_net(struct net *net)
{
    struct map *map = (struct map *)net;

    free(map->rules);
    free(map);
}

const struct wrapper map_wrapper = {
    .option = "--map",
    .value = "OLD[:PORT]=NEW[:PORT][/NAME],...",
    .help = "servers that stand in for others: who dials OLD comes to NEW, over the same TLS; NAME "
            "is what TLS takes it for, else OLD",
    .check = map_rules_check,
    .open = open_by_words,
    .close = close_net,
};
