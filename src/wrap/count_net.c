/* count_net.c: see count_net.h. */
#include "wrap/count_net.h"

#include "wrap/listener.h"

#include <assert.h>
#include <stdlib.h>

enum { US_IN_MS = 1000 };

struct count_net {
    struct wrap_net head;
    const struct clock *clock;
    struct count_sums *sums;
};

static struct count_sums *sums_of(struct net *base)
{
    return ((struct count_net *)base)->sums;
}

/* ---- names ---- */

struct count_query {
    struct net_query base;
    struct count_sums *sums;
    struct net_query *inner;
    net_resolved_fn *on_resolved;
    void *ctx;
};

static void cancel(struct net_query *base)
{
    struct count_query *query = (struct count_query *)base;

    count_add(&query->sums->lookups[COUNT_LOOKUP_GIVEN_UP], 1);
    net_cancel(query->inner);
    free(query);
}

static const struct net_query_ops query_ops = { .cancel = cancel };

static enum count_lookup outcome_of(enum err err)
{
    switch (err) {
    case ERR_OK:
        return COUNT_FOUND;
    case ERR_RESOLVE:
        return COUNT_NOT_FOUND;
    case ERR_NO_NAME_SERVER:
        return COUNT_NO_SERVER;
    default:
        return COUNT_LOOKUP_FAILED;
    }
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct count_query copy = *(const struct count_query *)ctx;

    free(ctx);
    count_add(&copy.sums->lookups[outcome_of(err)], 1);
    copy.on_resolved(copy.ctx, err, list, count);
}

static enum err resolve(struct net *base, const char *name, net_resolved_fn *fn, void *ctx,
                        struct net_query **ret_query)
{
    struct count_query *query = malloc(sizeof(*query));
    enum err err = ERR_NO_MEMORY;

    if (query != NULL) {
        *query = (struct count_query){
            .base.ops = &query_ops, .sums = sums_of(base), .on_resolved = fn, .ctx = ctx
        };
        err = net_resolve(base->inner, name, on_resolved, query, &query->inner);
    }
    if (err != ERR_OK) {
        count_add(&sums_of(base)->lookups[outcome_of(err)], 1);
        free(query);
        return err;
    }
    *ret_query = &query->base;
    return ERR_OK;
}

/* ---- streams ---- */

struct count_stream {
    struct net_stream base;
    struct count_net *net;
    enum count_socket state; /* COUNT_SOCKETS: it has failed */
    bool is_timed;           /* since `begun_ms` */
    int64_t begun_ms;
    net_event_fn *on_event;
    void *ctx;
};

static void change(struct count_stream *stream, enum count_socket state)
{
    count_sum *sockets = stream->net->sums->sockets;

    if (stream->state != COUNT_SOCKETS)
        count_remove(&sockets[stream->state]);
    stream->state = state;
    if (state != COUNT_SOCKETS)
        count_add(&sockets[state], 1);
}

static enum count_dial_failure failure_of(enum err err)
{
    switch (err) {
    case ERR_REFUSED:
        return COUNT_DIAL_REFUSED;
    case ERR_UNREACHABLE:
        return COUNT_DIAL_UNREACHABLE;
    case ERR_TIMEOUT:
        return COUNT_DIAL_TIMEOUT;
    case ERR_RESET:
        return COUNT_DIAL_RESET;
    default:
        return COUNT_DIAL_FAILED;
    }
}

static void note_failure(struct count_sums *sums, enum count_dial_failure failure)
{
    count_add(&sums->failed_dials[failure], 1);
}

static ptrdiff_t recv_bytes(struct net_stream *base, void *buf, size_t cap)
{
    ptrdiff_t count = net_stream_recv(base->inner, buf, cap);

    if (count > 0)
        count_add(&((struct count_stream *)base)->net->sums->received, (uint64_t)count);
    return count;
}

static ptrdiff_t send_bytes(struct net_stream *base, const void *data, size_t len)
{
    ptrdiff_t count = net_stream_send(base->inner, data, len);

    if (count > 0)
        count_add(&((struct count_stream *)base)->net->sums->sent, (uint64_t)count);
    return count;
}

static void close_stream(struct net_stream *base)
{
    struct count_stream *stream = (struct count_stream *)base;

    if (stream->state == COUNT_CONNECTING)
        note_failure(stream->net->sums, COUNT_DIAL_GIVEN_UP);
    change(stream, COUNT_SOCKETS);
    net_stream_close(base->inner);
    free(base);
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct count_stream *stream = ctx;

    if (event == NET_CONNECTED) {
        change(stream, COUNT_CONNECTED);
        if (stream->is_timed)
            count_time(&stream->net->sums->dials,
                       US_IN_MS * (uint64_t)(clock_now_ms(stream->net->clock) - stream->begun_ms));
    } else if (event == NET_FAILED) {
        if (stream->state == COUNT_CONNECTING)
            note_failure(stream->net->sums, failure_of(err));
        change(stream, COUNT_SOCKETS);
    }
    stream->on_event(stream->ctx, event, err);
}

static void bind_stream(struct net_stream *base, net_event_fn *fn, void *ctx)
{
    struct count_stream *stream = (struct count_stream *)base;

    stream->on_event = fn;
    stream->ctx = ctx;
    net_stream_bind(base->inner, on_event, stream);
}

static const struct net_stream_ops stream_ops = {
    .recv = recv_bytes, .send = send_bytes, .close = close_stream, .bind = bind_stream
};

static struct count_stream *new_stream(struct count_net *net)
{
    struct count_stream *stream = malloc(sizeof(*stream));

    if (stream != NULL)
        *stream =
            (struct count_stream){ .base.ops = &stream_ops, .net = net, .state = COUNT_SOCKETS };
    return stream;
}

static enum err connect_stream(struct net *base, const struct net_target *to, net_event_fn *fn,
                               void *ctx, struct net_stream **ret_stream)
{
    struct count_stream *stream = new_stream((struct count_net *)base);
    struct net_target target = wrap_target(base, to);
    enum err err;

    if (stream == NULL)
        return ERR_NO_MEMORY;
    stream->on_event = fn;
    stream->ctx = ctx;
    stream->is_timed = to->transport == NET_TCP;
    stream->begun_ms = clock_now_ms(stream->net->clock);
    err = net_connect(base->inner, &target, on_event, stream, &stream->base.inner);
    if (err != ERR_OK) {
        note_failure(stream->net->sums, failure_of(err));
        free(stream);
        return err;
    }
    change(stream, COUNT_CONNECTING);
    *ret_stream = &stream->base;
    return ERR_OK;
}

/* ---- listeners ---- */

/* Who sends datagrams to a socket that listens is none of the module's. */
static struct net_stream *adopt(struct net *base, struct net_stream *inner,
                                enum net_transport transport, const struct net_address *from,
                                uint16_t port, uint16_t own_port)
{
    struct count_stream *stream = new_stream((struct count_net *)base);

    (void)from;
    (void)port;
    (void)own_port;
    if (stream == NULL)
        return NULL;
    stream->base.inner = inner;
    if (transport == NET_TCP)
        change(stream, COUNT_CONNECTED);
    return &stream->base;
}

static void begin_listening(struct net *base)
{
    count_add(&sums_of(base)->sockets[COUNT_LISTENING], 1);
}

static void end_listening(struct net *base)
{
    count_remove(&sums_of(base)->sockets[COUNT_LISTENING]);
}

static const struct wrap_listener_ops listening = { .adopt = adopt,
                                                    .begun = begin_listening,
                                                    .ended = end_listening };

/* ---- the network ---- */

static const struct net_ops ops = { .resolve = resolve,
                                    .connect = connect_stream,
                                    .listen = wrap_listen,
                                    .listen_datagrams = wrap_listen_datagrams };

enum err count_net_open(struct net *inner, const struct clock *clock, struct count_sums *sums,
                        struct net **ret_net)
{
    struct count_net *net = malloc(sizeof(*net));

    assert(inner != NULL && clock != NULL && sums != NULL);
    if (net == NULL)
        return ERR_NO_MEMORY;
    *net = (struct count_net){ { { .ops = &ops, .inner = inner }, &listening }, clock, sums };
    *ret_net = &net->head.base;
    return ERR_OK;
}

void count_net_close(struct net *net)
{
    free(net);
}
