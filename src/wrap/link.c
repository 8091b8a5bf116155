/* link.c: a network over a link: what starts something new.  Its streams are in link_stream.c. */
#include "wrap/link.h"

#include "wrap/address_words.h"
#include "wrap/link_stream.h"
#include "wrap/listener.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { UP_SEED = 1, DOWN_SEED = 2 };

struct link {
    struct wrap_net head;
    struct link_line line;
    uint64_t queries; /* that there have been: what chance does with each depends on its number */
};

/* ---- names and echo requests: the one below begins when the round trip is over ---- */

struct link_query {
    struct net_query base;
    struct link *link;
    struct clock_timer *timer;
    struct net_query *inner;      /* NULL: not begun */
    net_resolved_fn *on_resolved; /* NULL: an echo request */
    net_echo_fn *on_echo;
    void *ctx;
    struct net_echo echo;
    uint32_t trip_ms;
    char name[]; /* of one that is looked up */
};

static void release(struct link_query *query)
{
    clock_timer_free(query->timer);
    free(query);
}

static void cancel(struct net_query *base)
{
    struct link_query *query = (struct link_query *)base;

    if (query->inner != NULL)
        net_cancel(query->inner);
    release(query);
}

static const struct net_query_ops query_ops = { .cancel = cancel };

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct link_query copy = *(const struct link_query *)ctx;

    release(ctx);
    copy.on_resolved(copy.ctx, err, list, count);
}

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    struct link_query copy = *(const struct link_query *)ctx;

    release(ctx);
    copy.on_echo(copy.ctx, err, err == ERR_OK ? round_trip_ms + copy.trip_ms : 0, ttl);
}

static void begin(void *ctx)
{
    struct link_query *query = ctx;
    struct net *inner = query->link->head.base.inner;
    enum err err = ERR_TIMEOUT;

    if (query->on_resolved != NULL)
        err = net_resolve(inner, query->name, on_resolved, query, &query->inner);
    else if (query->echo.timeout_ms > 0)
        err = net_start_echo(inner, &query->echo, on_echo, query, &query->inner);
    if (err != ERR_OK && query->on_resolved != NULL)
        on_resolved(query, err, NULL, 0);
    else if (err != ERR_OK)
        on_echo(query, err, 0, 0);
}

/* When `bytes` that leave now are back. */
static uint32_t trip(struct link *link, size_t bytes)
{
    int64_t now_ms = clock_now_ms(link->line.clock);
    uint64_t number = link->queries++;

    return (uint32_t)(link_lane_pass(&link->line.up, now_ms, bytes) - now_ms +
                      link_lane_chance(&link->line.up, number, true) +
                      link_lane_pass(&link->line.down, now_ms, bytes) - now_ms +
                      link_lane_chance(&link->line.down, number, true));
}

static enum err start_query(struct link *link, const struct link_query *what, const char *name,
                            struct net_query **ret_query)
{
    struct link_query *query = malloc(sizeof(*query) + strlen(name) + 1);

    if (query == NULL)
        return ERR_NO_MEMORY;
    *query = *what;
    strcpy(query->name, name);
    query->base.ops = &query_ops;
    query->link = link;
    if (clock_new_timer(link->line.clock, begin, query, &query->timer) != ERR_OK) {
        free(query);
        return ERR_NO_MEMORY;
    }
    clock_timer_start(query->timer, query->trip_ms);
    *ret_query = &query->base;
    return ERR_OK;
}

static enum err resolve(struct net *base, const char *name, net_resolved_fn *fn, void *ctx,
                        struct net_query **ret_query)
{
    struct link *link = (struct link *)base;
    struct link_query query = { .on_resolved = fn, .ctx = ctx };

    if (address_words_may_be(name))
        return net_resolve(base->inner, name, fn, ctx, ret_query);
    query.trip_ms = trip(link, 0);
    return start_query(link, &query, name, ret_query);
}

static enum err start_echo(struct net *base, const struct net_echo *echo, net_echo_fn *fn,
                           void *ctx, struct net_query **ret_query)
{
    struct link *link = (struct link *)base;
    struct link_query query = { .on_echo = fn, .ctx = ctx, .echo = *echo };

    query.trip_ms = trip(link, echo->bytes);
    if (query.trip_ms > echo->timeout_ms)
        query.trip_ms = echo->timeout_ms;
    query.echo.timeout_ms -= query.trip_ms;
    return start_query(link, &query, "", ret_query);
}

/* ---- connections ---- */

static enum err connect_to(struct net *base, const struct net_target *to, net_event_fn *on_event,
                           void *ctx, struct net_stream **ret_stream)
{
    struct link *link = (struct link *)base;
    struct net_target target = wrap_target(base, to);

    return link_stream_connect(&link->line, base->inner, &target, on_event, ctx, ret_stream);
}

static struct net_stream *adopt(struct net *base, struct net_stream *inner,
                                enum net_transport transport, const struct net_address *from,
                                uint16_t port, uint16_t own_port)
{
    (void)from;
    (void)port;
    (void)own_port;
    return link_stream_accept(&((struct link *)base)->line, inner, transport == NET_UDP);
}

static const struct wrap_listener_ops listening = { .adopt = adopt };

/* ---- the network ---- */

static const struct net_ops ops = { .resolve = resolve,
                                    .connect = connect_to,
                                    .listen = wrap_listen,
                                    .listen_datagrams = wrap_listen_datagrams,
                                    .echo = start_echo };

enum err link_open(struct net *inner, struct clock *clock, const struct link_profile *profile,
                   struct net **ret_net)
{
    struct link *link = malloc(sizeof(*link));

    assert(inner != NULL && clock != NULL && profile != NULL);
    if (link == NULL)
        return ERR_NO_MEMORY;
    *link = (struct link){
        .head = { { .ops = &ops, .inner = inner }, &listening },
        .line = { .clock = clock,
                  .up = { .way = profile->up, .seed = UP_SEED },
                  .down = { .way = profile->down, .seed = DOWN_SEED } },
    };
    *ret_net = &link->head.base;
    return ERR_OK;
}

struct net *link_find(struct net *net)
{
    while (net != NULL && net->ops != &ops)
        net = net->inner;
    return net;
}

void link_set(struct net *net, const struct link_profile *profile)
{
    struct link *link = (struct link *)net;

    assert(net->ops == &ops);
    link->line.up.way = profile->up;
    link->line.down.way = profile->down;
}

struct net_stream *link_adopt(struct net *net, struct net_stream *inner, bool datagrams)
{
    struct link *link = (struct link *)net;

    assert(net->ops == &ops);
    return link_stream_accept(&link->line, inner, datagrams);
}

void link_close(struct net *net)
{
    struct link *link = (struct link *)net;

    if (link == NULL)
        return;
    link_line_close(&link->line);
    free(link);
}

/* ---- by words ---- */

static bool check(struct span words, struct text *error)
{
    return link_profile_read(words, &(struct link_profile){ 0 }, error);
}

static enum err open_by_words(struct net *inner, struct clock *clock, const struct log *log,
                              struct span words, struct net **ret_net)
{
    struct link_profile profile = { 0 };
    bool passed = link_profile_read(words, &profile, &(struct text){ 0 });

    assert(passed);
    (void)passed;
    (void)log;
    return link_open(inner, clock, &profile, ret_net);
}

const struct wrapper link_wrapper = {
    .option = "--link",
    .value = "NAME|down=KBIT/S,up=KBIT/S,rtt=MS,jitter=MS,loss=%",
    .help = "be as slow as a radio, or by rates and round trip, of which what is left out is "
            "unlimited or 0; NAME is one of gsm, gprs, edge, 2g, umts, 3g, hsdpa, 4g, lte, lte-m, "
            "nb-iot",
    .check = check,
    .open = open_by_words,
    .close = link_close,
};
