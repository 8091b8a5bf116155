/* net_early.c: datagrams that had come before there was a socket for them. */
#include "posix/net_early.h"

#include "posix/timer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct datagram {
    struct datagram *next;
    size_t len;
    uint8_t bytes[];
};

struct early_stream {
    struct net_stream base;
    struct datagram *first; /* NULL: all are read */
    struct clock_timer *timer;
    net_event_fn *on_event;
    void *ctx;
    unsigned wanted;
};

static struct early_stream *of(struct net_stream *base)
{
    return (struct early_stream *)base;
}

/* The loop does not know of them. */
static void look(struct early_stream *stream)
{
    if (stream->first != NULL && (stream->wanted & NET_WANT_READ) != 0)
        clock_timer_start(stream->timer, 0);
    else
        clock_timer_cancel(stream->timer);
}

static void on_time(void *ctx)
{
    struct early_stream *stream = ctx;

    look(stream); /* again, as long as they are there */
    stream->on_event(stream->ctx, NET_READABLE, ERR_OK);
}

static void on_inner(void *ctx, enum net_event event, enum err err)
{
    struct early_stream *stream = ctx;

    stream->on_event(stream->ctx, event, err);
}

static void drop_first(struct early_stream *stream)
{
    struct datagram *read = stream->first;

    stream->first = read->next;
    free(read);
}

static ptrdiff_t receive(struct net_stream *base, void *buf, size_t cap)
{
    struct early_stream *stream = of(base);
    const struct datagram *first = stream->first;
    size_t len;

    if (first == NULL)
        return net_stream_recv(base->inner, buf, cap);
    len = first->len;
    memcpy(buf, first->bytes, len < cap ? len : cap);
    drop_first(stream);
    look(stream);
    return (ptrdiff_t)len;
}

static void want(struct net_stream *base, unsigned events)
{
    of(base)->wanted = events;
    look(of(base));
    net_stream_want(base->inner, events);
}

static void bind_to(struct net_stream *base, net_event_fn *on_event, void *ctx)
{
    of(base)->on_event = on_event;
    of(base)->ctx = ctx;
    net_stream_bind(base->inner, on_inner, of(base));
}

static void close_stream(struct net_stream *base)
{
    struct early_stream *stream = of(base);

    clock_timer_free(stream->timer);
    while (stream->first != NULL)
        drop_first(stream);
    net_stream_close(base->inner);
    free(stream);
}

static const struct net_stream_ops ops = {
    .recv = receive, .want = want, .close = close_stream, .bind = bind_to
};

enum err net_early_new(struct posix_loop *loop, struct net_stream *inner,
                       struct net_stream **ret_stream)
{
    struct early_stream *stream = calloc(1, sizeof(*stream));
    enum err err;

    if (stream == NULL)
        return ERR_NO_MEMORY;
    stream->base = (struct net_stream){ &ops, inner };
    err = posix_timer_new(loop, on_time, stream, &stream->timer);
    if (err != ERR_OK) {
        free(stream);
        return err;
    }
    *ret_stream = &stream->base;
    return ERR_OK;
}

bool net_early_add(struct net_stream *base, const void *data, size_t len)
{
    struct datagram **link = &of(base)->first;
    struct datagram *added = malloc(sizeof(*added) + len);

    assert(len > 0);
    if (added == NULL)
        return false;
    added->next = NULL;
    added->len = len;
    memcpy(added->bytes, data, len);
    while (*link != NULL)
        link = &(*link)->next;
    *link = added;
    return true;
}
