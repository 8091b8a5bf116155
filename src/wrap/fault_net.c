/* fault_net.c: a network with faults: what starts something new. */
#include "wrap/fault_net.h"

#include "wrap/address_words.h"
#include "wrap/fault_stream.h"
#include "wrap/link.h"
#include "wrap/listener.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct fault_net {
    struct wrap_net head;
    struct fault_line line;
    struct net *own_link; /* NULL: there is none of its own */
    struct net *old_link; /* that was in `inner` from the start; NULL: none */
};

/* What is asked: names, echoes, connections. */
static struct net *below(const struct fault_net *net)
{
    return net->line.linked ? net->own_link : net->head.base.inner;
}

/* ---- names that are not found ---- */

struct fault_query {
    struct net_query base;
    struct clock_timer *timer; /* NULL: it never ends by itself */
    enum err err;
    net_resolved_fn *on_resolved;
    void *ctx;
};

static void cancel(struct net_query *base)
{
    struct fault_query *query = (struct fault_query *)base;

    clock_timer_free(query->timer);
    free(query);
}

static const struct net_query_ops query_ops = { .cancel = cancel };

static void on_time(void *ctx)
{
    struct fault_query copy = *(const struct fault_query *)ctx;

    cancel(ctx);
    copy.on_resolved(copy.ctx, copy.err, NULL, 0);
}

/* A query that ends with `err` in so long; CLOCK_NEVER: never. */
static enum err fail(struct fault_net *net, enum err failure, int64_t after_ms, net_resolved_fn *fn,
                     void *ctx, struct net_query **ret_query)
{
    struct fault_query *query = calloc(1, sizeof(*query));

    if (query == NULL)
        return ERR_NO_MEMORY;
    *query = (struct fault_query){
        .base.ops = &query_ops, .err = failure, .on_resolved = fn, .ctx = ctx
    };
    if (after_ms != CLOCK_NEVER &&
        clock_new_timer(net->line.clock, on_time, query, &query->timer) != ERR_OK) {
        free(query);
        return ERR_NO_MEMORY;
    }
    if (after_ms != CLOCK_NEVER)
        clock_timer_start(query->timer, after_ms);
    *ret_query = &query->base;
    return ERR_OK;
}

static enum err resolve(struct net *base, const char *name, net_resolved_fn *fn, void *ctx,
                        struct net_query **ret_query)
{
    struct fault_net *net = (struct fault_net *)base;
    const struct fault *silent, *missing;
    int64_t silent_ms;

    if (address_words_may_be(name))
        return net_resolve(below(net), name, fn, ctx, ret_query);
    missing = fault_set_strikes(net->line.set, FAULT_NAME_NOT_FOUND, true);
    silent = fault_set_strikes(net->line.set, FAULT_NAME_SILENT, true);
    if (silent != NULL) {
        silent_ms = silent->attributes[0] > 0 ? silent->attributes[0] : CLOCK_NEVER;
        return fail(net, ERR_NO_NAME_SERVER, silent_ms, fn, ctx, ret_query);
    }
    if (missing != NULL)
        return fail(net, ERR_RESOLVE, 0, fn, ctx, ret_query);
    return net_resolve(below(net), name, fn, ctx, ret_query);
}

/* ---- the rest ---- */

static enum err start_echo(struct net *base, const struct net_echo *echo, net_echo_fn *fn,
                           void *ctx, struct net_query **ret_query)
{
    return net_start_echo(below((struct fault_net *)base), echo, fn, ctx, ret_query);
}

static enum err connect_to(struct net *base, const struct net_target *to, net_event_fn *on_event,
                           void *ctx, struct net_stream **ret_stream)
{
    struct fault_net *net = (struct fault_net *)base;
    struct net_target target = wrap_target(base, to);

    return fault_stream_connect(&net->line, below(net), &target, on_event, ctx, ret_stream);
}

static struct net_stream *adopt(struct net *base, struct net_stream *inner,
                                enum net_transport transport, const struct net_address *from,
                                uint16_t port, uint16_t own_port)
{
    (void)from;
    (void)port;
    (void)own_port;
    return fault_stream_accept(&((struct fault_net *)base)->line, inner, transport == NET_UDP);
}

static const struct wrap_listener_ops listening = { .adopt = adopt, .adopted = fault_net_refresh };

static const struct net_ops ops = { .resolve = resolve,
                                    .connect = connect_to,
                                    .listen = wrap_listen,
                                    .listen_datagrams = wrap_listen_datagrams,
                                    .echo = start_echo };

enum err fault_net_open(struct net *inner, struct clock *clock, struct fault_set *set,
                        struct fault_talk *talk, struct net **ret_net)
{
    struct fault_net *net = calloc(1, sizeof(*net));
    enum err err;

    assert(inner != NULL && clock != NULL && set != NULL && talk != NULL);
    if (net == NULL)
        return ERR_NO_MEMORY;
    net->head = (struct wrap_net){ { .ops = &ops, .inner = inner }, &listening };
    net->line = (struct fault_line){ .clock = clock, .set = set, .talk = talk };
    net->old_link = link_find(inner);
    err = link_open(inner, clock, &(struct link_profile){ 0 }, &net->own_link);
    if (err != ERR_OK) {
        free(net);
        return err;
    }
    net->line.link = net->own_link;
    *ret_net = &net->head.base;
    return ERR_OK;
}

void fault_net_close(struct net *base)
{
    struct fault_net *net = (struct fault_net *)base;

    if (net == NULL)
        return;
    fault_line_close(&net->line);
    link_close(net->own_link);
    free(net);
}

void fault_net_refresh(struct net *base)
{
    struct fault_net *net = (struct fault_net *)base;

    assert(base->ops == &ops);
    fault_streams_refresh(&net->line);
}

void fault_net_note(struct net *base, const struct fault_session *session, bool ends)
{
    struct fault_net *net = (struct fault_net *)base;

    assert(base->ops == &ops);
    fault_streams_note(&net->line, session, ends);
}

void fault_net_link(struct net *base, const struct link_profile *profile)
{
    struct fault_net *net = (struct fault_net *)base;
    const struct link_profile none = { 0 };

    assert(base->ops == &ops);
    if (net->old_link != NULL) {
        link_set(net->old_link, profile != NULL ? profile : &none);
        return;
    }
    link_set(net->own_link, profile != NULL ? profile : &none);
    if (profile == NULL || net->line.linked)
        return;
    net->line.linked = true;
    fault_streams_refresh(&net->line);
}
