/* recorder_net.c: the network of a modem that is recorded: names, connections, plain bytes. */
#include "transcript/recorder_net.h"

#include "transcript/writer_peer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct recorder *recorder_of(struct net *base)
{
    return ((struct recorder_net *)base)->recorder;
}

/* ---- names and echoes ---- */

struct recorder_query {
    struct net_query base;
    struct recorder *recorder;
    struct net_query *inner;
    net_resolved_fn *on_resolved;
    net_echo_fn *on_echo;
    void *ctx;
    struct net_address to; /* of an echo request */
    char name[];           /* of one that is looked up */
};

static void cancel(struct net_query *base)
{
    struct recorder_query *query = (struct recorder_query *)base;

    net_cancel(query->inner);
    free(query);
}

static const struct net_query_ops query_ops = { .cancel = cancel };

/* A transcript has one address for a name: what is a server of both kinds answers by IPv4, as these
 * modules dial. */
static const struct net_address *shown_of(const struct net_address *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].family == NET_IPV4)
            return &list[i];
    }
    return count > 0 ? list : NULL;
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct recorder_query *query = ctx;
    net_resolved_fn *fn = query->on_resolved;
    void *outer = query->ctx;

    if (err != ERR_NO_MEMORY)
        writer_resolved(query->recorder->writer, recorder_event_ms(query->recorder), query->name,
                        err == ERR_OK ? shown_of(list, count) : NULL);
    query->recorder->hides_ipv6 =
        err == ERR_OK && count > 1 && shown_of(list, count)->family == NET_IPV4;
    free(query);
    fn(outer, err, list, count);
}

static struct recorder_query *new_query(struct recorder *recorder, const char *name, void *ctx)
{
    size_t len = strlen(name) + 1;
    struct recorder_query *query = calloc(1, sizeof(*query) + len);

    if (query == NULL)
        return NULL;
    query->base.ops = &query_ops;
    query->recorder = recorder;
    query->ctx = ctx;
    memcpy(query->name, name, len);
    return query;
}

static enum err resolve(struct net *base, const char *name, net_resolved_fn *fn, void *ctx,
                        struct net_query **ret_query)
{
    struct recorder_query *query = new_query(recorder_of(base), name, ctx);
    enum err err;

    if (query == NULL)
        return ERR_NO_MEMORY;
    query->on_resolved = fn;
    err = net_resolve(base->inner, name, on_resolved, query, &query->inner);
    if (err != ERR_OK) {
        free(query);
        return err;
    }
    *ret_query = &query->base;
    return ERR_OK;
}

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    struct recorder_query *query = ctx;
    net_echo_fn *fn = query->on_echo;
    void *outer = query->ctx;

    writer_echoed(query->recorder->writer, recorder_event_ms(query->recorder), &query->to, err,
                  round_trip_ms, ttl);
    free(query);
    fn(outer, err, round_trip_ms, ttl);
}

static enum err start_echo(struct net *base, const struct net_echo *echo, net_echo_fn *fn,
                           void *ctx, struct net_query **ret_query)
{
    struct recorder_query *query = new_query(recorder_of(base), "", ctx);
    enum err err;

    if (query == NULL)
        return ERR_NO_MEMORY;
    query->on_echo = fn;
    query->to = echo->to;
    err = net_start_echo(base->inner, echo, on_echo, query, &query->inner);
    if (err != ERR_OK) {
        free(query);
        return err;
    }
    *ret_query = &query->base;
    return ERR_OK;
}

/* ---- streams ---- */

static struct recorder_stream *stream_of(struct net_stream *base)
{
    return (struct recorder_stream *)base;
}

/* A record of TLS moves through it: what passes is told above. */
static bool is_secure(struct recorder_stream *stream)
{
    struct recorder_session *inside = stream->recorder->inside;

    if (inside == NULL)
        return false;
    if (inside->stream == NULL && stream->session == NULL) {
        inside->stream = stream;
        stream->session = inside;
        if (stream->number >= 0)
            writer_tls_begins(stream->recorder->writer, recorder_event_ms(stream->recorder),
                              stream->number);
    }
    return true;
}

static void tell_end(struct recorder_stream *stream, enum writer_end end)
{
    if (!stream->ended && stream->target.transport == NET_TCP)
        writer_peer_ends(stream->recorder->writer, recorder_fetch_ms(stream->recorder),
                         stream->number, end);
    stream->ended = true;
}

static ptrdiff_t recv_bytes(struct net_stream *base, void *buf, size_t cap)
{
    struct recorder_stream *stream = stream_of(base);
    bool secure = is_secure(stream);
    ptrdiff_t count = net_stream_recv(base->inner, buf, cap);

    if (secure || stream->number < 0)
        return count;
    if (count > 0)
        writer_peer_sends(stream->recorder->writer, recorder_fetch_ms(stream->recorder),
                          stream->number, span_at(buf, (size_t)count < cap ? (size_t)count : cap));
    else if (count == 0)
        tell_end(stream, WRITER_CLOSES);
    else if (count == -ERR_RESET)
        tell_end(stream, WRITER_RESETS);
    return count;
}

static ptrdiff_t send_bytes(struct net_stream *base, const void *data, size_t len)
{
    struct recorder_stream *stream = stream_of(base);
    bool secure = is_secure(stream);
    ptrdiff_t count = net_stream_send(base->inner, data, len);

    if (secure || stream->number < 0)
        return count;
    if (count > 0)
        writer_peer_gets(stream->recorder->writer, recorder_event_ms(stream->recorder),
                         stream->number, span_at(data, (size_t)count));
    else if (count == -ERR_RESET)
        tell_end(stream, WRITER_RESETS);
    return count;
}

/* A connection that does not come about, or that the module does not wait for any more. */
static void tell_refusal(struct recorder_stream *stream, enum err err)
{
    if (stream->dial > 0)
        writer_refused(stream->recorder->writer, recorder_event_ms(stream->recorder),
                       stream->target.port, stream->dial, err);
}

static void close_stream(struct net_stream *base)
{
    struct recorder_stream *stream = stream_of(base);

    if (stream->session != NULL)
        stream->session->stream = NULL;
    if (stream->pending)
        tell_refusal(stream, ERR_TIMEOUT);
    if (stream->number >= 0)
        writer_gone(stream->recorder->writer, recorder_event_ms(stream->recorder), stream->number);
    net_stream_close(base->inner);
    free(stream);
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct recorder_stream *stream = ctx;
    struct recorder *recorder = stream->recorder;

    if (event == NET_CONNECTED)
        stream->number =
            stream->is_call
                ? writer_called(recorder->writer, recorder_event_ms(recorder))
                : writer_connected(recorder->writer, recorder_event_ms(recorder), &stream->target);
    else if (event == NET_FAILED && stream->pending)
        tell_refusal(stream, err);
    stream->pending = stream->pending && event != NET_CONNECTED && event != NET_FAILED;
    stream->on_event(stream->ctx, event, err);
}

static void bind_stream(struct net_stream *base, net_event_fn *fn, void *ctx)
{
    struct recorder_stream *stream = stream_of(base);

    stream->on_event = fn;
    stream->ctx = ctx;
    net_stream_bind(base->inner, on_event, stream);
}

/* A module that asks may tell its host, and the port is another each time. */
static enum err local(struct net_stream *base, struct net_address *ret_address, uint16_t *ret_port)
{
    struct recorder_stream *stream = stream_of(base);
    enum err err = net_stream_local(base->inner, ret_address, ret_port);

    if (err == ERR_OK && stream->target.local_port == 0)
        writer_own_port(stream->recorder->writer, *ret_port);
    return err;
}

static const struct net_stream_ops stream_ops = { .recv = recv_bytes,
                                                  .send = send_bytes,
                                                  .close = close_stream,
                                                  .local = local,
                                                  .bind = bind_stream };

static struct recorder_stream *new_stream(struct recorder *recorder)
{
    struct recorder_stream *stream = calloc(1, sizeof(*stream));

    if (stream == NULL)
        return NULL;
    stream->base.ops = &stream_ops;
    stream->recorder = recorder;
    stream->number = -1;
    return stream;
}

static enum err connect_stream(struct net *base, const struct net_target *to, net_event_fn *fn,
                               void *ctx, struct net_stream **ret_stream)
{
    struct recorder_stream *stream = new_stream(recorder_of(base));
    struct net_target target = wrap_target(base, to);
    enum err err;

    if (stream == NULL)
        return ERR_NO_MEMORY;
    stream->target = *to;
    stream->on_event = fn;
    stream->ctx = ctx;
    err = net_connect(base->inner, &target, on_event, stream, &stream->base.inner);
    if (err != ERR_OK) {
        free(stream);
        return err;
    }
    stream->pending = to->transport == NET_TCP;
    /* Of a name with both kinds of addresses who plays it knows the others only. */
    if (stream->pending && !(stream->recorder->hides_ipv6 && to->address.family == NET_IPV6))
        stream->dial = writer_dials(stream->recorder->writer, to->port);
    *ret_stream = &stream->base;
    return ERR_OK;
}

/* ---- data calls ---- */

static enum err open_call(struct data_calls *base, const struct data_call *call, net_event_fn *fn,
                          void *ctx, struct net_stream **ret_stream)
{
    struct recorder_stream *stream = new_stream(((struct recorder_calls *)base)->recorder);
    enum err err;

    if (stream == NULL)
        return ERR_NO_MEMORY;
    stream->is_call = true;
    stream->on_event = fn;
    stream->ctx = ctx;
    err = data_call_open(base->inner, call, on_event, stream, &stream->base.inner);
    if (err != ERR_OK) {
        free(stream);
        return err;
    }
    *ret_stream = &stream->base;
    return ERR_OK;
}

const struct data_calls_ops recorder_calls_ops = { .open = open_call };

/* ---- listeners ---- */

static struct net_stream *adopt(struct net *base, struct net_stream *inner,
                                enum net_transport transport, const struct net_address *from,
                                uint16_t port, uint16_t own_port)
{
    struct recorder *recorder = recorder_of(base);
    struct recorder_stream *stream = new_stream(recorder);

    (void)from;
    if (stream == NULL)
        return NULL;
    stream->base.inner = inner;
    stream->target.transport = transport;
    stream->number =
        writer_accepted(recorder->writer, recorder_event_ms(recorder), transport, port, own_port);
    return &stream->base;
}

static const struct wrap_listener_ops listening = { .adopt = adopt };

static const struct net_ops ops = { .resolve = resolve,
                                    .connect = connect_stream,
                                    .listen = wrap_listen,
                                    .listen_datagrams = wrap_listen_datagrams,
                                    .echo = start_echo };

void recorder_net_init(struct recorder_net *net, struct recorder *recorder, struct net *inner)
{
    *net = (struct recorder_net){ .head = { { &ops, inner }, &listening }, .recorder = recorder };
}
