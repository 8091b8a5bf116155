/* link_stream.c: a connection over a link: what is sent goes to the stream below when its time has
 * come, what the stream below has is received when its time has come, and so is its end.
 *
 * Each way holds a window's bytes and takes no more until some have arrived.  A stream that was
 * closed lives on until its bytes and its FIN are over the link.
 */
#include "wrap/link_stream.h"

#include "wrap/flight.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SEGMENT_MAX = 1400, DATAGRAM_MAX = 65535, LINGER_MS = 5000, PACKET_BITS = 40 };

struct link_stream {
    struct net_stream base;
    struct link_line *line;
    struct link_stream **back, *next;
    struct clock_timer *timer;
    net_event_fn *on_event;
    void *ctx;
    bool datagrams;
    bool connected; /* the stream below is */
    bool blocked;   /* the stream below takes nothing now */
    unsigned wanted;
    uint64_t first_packet; /* of the line's numbers */
    struct flight up, down;
    uint64_t sent, received; /* bytes; datagrams: how many */
    enum err outcome;        /* of connecting */
    ptrdiff_t end;           /* what recv says at the end */
    /* When they come, CLOCK_NEVER where there is nothing to come. */
    int64_t outcome_ms;
    int64_t end_ms;   /* the end below; behind `down` */
    int64_t close_ms; /* our own end, once closed; behind `up` */
};

static int64_t now_ms(const struct link_stream *stream)
{
    return clock_now_ms(stream->line->clock);
}

/* ---- what may happen, and when ---- */

static bool has_room(const struct flight *flight, const struct link_lane *lane)
{
    return flight->memory < link_lane_window(lane);
}

/* The news of a failure has come. */
static bool is_lost(const struct link_stream *stream)
{
    return stream->end < 0 && stream->end_ms <= now_ms(stream);
}

static bool may_send(const struct link_stream *stream)
{
    return is_lost(stream) || has_room(&stream->up, &stream->line->up);
}

static int64_t next_to_receive(const struct link_stream *stream)
{
    return time_earlier(flight_next_ms(&stream->down), stream->end_ms);
}

static bool may_receive(const struct link_stream *stream)
{
    return next_to_receive(stream) <= now_ms(stream);
}

static int64_t next_for_module(const struct link_stream *stream)
{
    int64_t next_ms = stream->outcome_ms;

    if ((stream->wanted & NET_WANT_READ) != 0)
        next_ms = time_earlier(next_ms, next_to_receive(stream));
    if ((stream->wanted & NET_WANT_WRITE) != 0 && may_send(stream))
        next_ms = now_ms(stream);
    else if ((stream->wanted & NET_WANT_WRITE) != 0 && stream->end < 0)
        next_ms = time_earlier(next_ms, stream->end_ms);
    return next_ms;
}

static int64_t next_for_network(const struct link_stream *stream)
{
    if (stream->blocked)
        return stream->close_ms != CLOCK_NEVER ? stream->close_ms + LINGER_MS : CLOCK_NEVER;
    return time_earlier(flight_next_ms(&stream->up), stream->close_ms);
}

/* To be called when anything has changed. */
static void go_on(struct link_stream *stream)
{
    unsigned below = stream->blocked ? NET_WANT_WRITE : 0;
    int64_t next_ms = next_for_network(stream);

    if (stream->close_ms == CLOCK_NEVER) {
        next_ms = time_earlier(next_ms, next_for_module(stream));
        if (stream->end_ms == CLOCK_NEVER && has_room(&stream->down, &stream->line->down))
            below |= NET_WANT_READ;
    }
    clock_timer_at(stream->line->clock, stream->timer, next_ms);
    if (stream->connected)
        net_stream_want(stream->base.inner, below);
}

/* When `bytes` that are given to a lane now arrive: not before those that are on their way.  What
 * chance does depends on the number of the first of them, `at`. */
static int64_t arrival(const struct link_stream *stream, struct link_lane *lane,
                       const struct flight *flight, size_t bytes, uint64_t at)
{
    uint64_t packet = stream->first_packet + (stream->datagrams ? at : at / SEGMENT_MAX);
    int64_t at_ms = link_lane_pass(lane, now_ms(stream), bytes) +
                    link_lane_chance(lane, packet, !stream->datagrams);

    return flight->first != NULL && flight->last->at_ms > at_ms ? flight->last->at_ms : at_ms;
}

static int64_t arrival_down(const struct link_stream *stream, size_t bytes)
{
    return arrival(stream, &stream->line->down, &stream->down, bytes, stream->received);
}

static int64_t arrival_up(const struct link_stream *stream, size_t bytes)
{
    return arrival(stream, &stream->line->up, &stream->up, bytes, stream->sent);
}

static bool loses(const struct link_stream *stream, const struct link_lane *lane, uint64_t at)
{
    return stream->datagrams && link_lane_loses(lane, stream->first_packet + at);
}

static void end_with(struct link_stream *stream, ptrdiff_t result)
{
    stream->end = result;
    stream->end_ms = arrival_down(stream, 0);
}

/* ---- the stream below ---- */

/* The most that one packet of a lane may have, which begins with byte `at`. */
static size_t packet_max(const struct link_stream *stream, const struct link_lane *lane,
                         uint64_t at)
{
    size_t slice = stream->datagrams ? 0 : link_lane_slice(lane, at);

    if (slice > 0 && slice < SEGMENT_MAX)
        return slice;
    return stream->datagrams ? DATAGRAM_MAX : SEGMENT_MAX;
}

static void take_from_network(struct link_stream *stream)
{
    struct packet *packet = packet_new(packet_max(stream, &stream->line->down, stream->received));
    ptrdiff_t got = -ERR_NO_MEMORY;

    if (packet != NULL)
        got = net_stream_recv(stream->base.inner, packet->bytes, packet->len);
    if (got > 0 && !loses(stream, &stream->line->down, stream->received))
        flight_add(&stream->down, packet_cut(packet, (size_t)got),
                   arrival_down(stream, (size_t)got));
    else
        packet_free(packet);
    if (got > 0) {
        stream->received += stream->datagrams ? 1 : (size_t)got;
        return;
    }
    if (got != -ERR_AGAIN)
        end_with(stream, got);
}

static void on_inner(void *ctx, enum net_event event, enum err err)
{
    struct link_stream *stream = ctx;
    struct link_line *line = stream->line;

    switch (event) {
    case NET_CONNECTED:
    case NET_FAILED:
        stream->connected = event == NET_CONNECTED;
        stream->outcome = err;
        stream->outcome_ms = now_ms(stream);
        if (!stream->datagrams)
            stream->outcome_ms += line->up.way.delay_ms + line->down.way.delay_ms +
                                  link_lane_chance(&line->up, stream->first_packet, true) +
                                  link_lane_chance(&line->down, stream->first_packet, true);
        break;
    case NET_READABLE:
        take_from_network(stream);
        break;
    case NET_WRITABLE:
        stream->blocked = false;
        break;
    }
    go_on(stream);
}

static void give_to_network(struct link_stream *stream)
{
    struct span piece;

    while (!stream->blocked && (piece = flight_peek(&stream->up, now_ms(stream))).len > 0) {
        ptrdiff_t sent = net_stream_send(stream->base.inner, piece.data, piece.len);

        if (sent == -ERR_AGAIN) {
            stream->blocked = true;
        } else if (stream->datagrams) {
            flight_drop(&stream->up); /* one that cannot be sent is lost */
        } else if (sent > 0) {
            flight_take(&stream->up, (size_t)sent);
        } else {
            flight_clear(&stream->up);
            end_with(stream, sent);
        }
    }
}

/* ---- operations ---- */

static ptrdiff_t receive(struct net_stream *base, void *buf, size_t cap)
{
    struct link_stream *stream = (struct link_stream *)base;
    int64_t at_ms = now_ms(stream); /* one moment: what arrives behind it is for the next call */
    size_t got = 0;
    struct span piece;

    assert(stream->connected && stream->close_ms == CLOCK_NEVER);
    while (got < cap && (piece = flight_peek(&stream->down, at_ms)).len > 0) {
        size_t part = piece.len < cap - got ? piece.len : cap - got;

        memcpy((uint8_t *)buf + got, piece.data, part);
        if (stream->datagrams) {
            got = piece.len;
            flight_drop(&stream->down);
            break;
        }
        got += part;
        flight_take(&stream->down, part);
        if (stream->line->down.slice.bytes > 0)
            break; /* a piece is received alone */
    }
    if (got == 0)
        return stream->end_ms <= at_ms ? stream->end : -ERR_AGAIN;
    go_on(stream);
    return (ptrdiff_t)got;
}

static ptrdiff_t transmit(struct net_stream *base, const void *data, size_t len)
{
    struct link_stream *stream = (struct link_stream *)base;
    size_t taken = 0;

    assert(stream->connected && stream->close_ms == CLOCK_NEVER);
    if (is_lost(stream))
        return stream->end;
    while (taken < len && may_send(stream)) {
        size_t most = packet_max(stream, &stream->line->up, stream->sent);
        size_t part = stream->datagrams || len - taken < most ? len - taken : most;
        struct packet *packet = packet_new(part);

        if (packet == NULL)
            return taken > 0 ? (ptrdiff_t)taken : -ERR_NO_MEMORY;
        memcpy(packet->bytes, (const uint8_t *)data + taken, part);
        if (loses(stream, &stream->line->up, stream->sent))
            packet_free(packet);
        else
            flight_add(&stream->up, packet, arrival_up(stream, part));
        stream->sent += stream->datagrams ? 1 : part;
        taken += part;
    }
    go_on(stream);
    return taken > 0 ? (ptrdiff_t)taken : -ERR_AGAIN;
}

static void want(struct net_stream *base, unsigned events)
{
    struct link_stream *stream = (struct link_stream *)base;

    stream->wanted = events;
    go_on(stream);
}

static void close_stream(struct net_stream *base)
{
    struct link_stream *stream = (struct link_stream *)base;

    flight_clear(&stream->down);
    if (!stream->connected && base->inner != NULL) { /* nothing is on its way */
        net_stream_close(base->inner);
        base->inner = NULL;
    }
    stream->close_ms =
        stream->connected && stream->end >= 0 ? arrival_up(stream, 0) : now_ms(stream);
    go_on(stream);
}

static void bind_to(struct net_stream *base, net_event_fn *on_event, void *ctx)
{
    struct link_stream *stream = (struct link_stream *)base;

    stream->on_event = on_event;
    stream->ctx = ctx;
}

static const struct net_stream_ops ops = {
    .recv = receive, .send = transmit, .want = want, .close = close_stream, .bind = bind_to
};

static void free_stream(struct link_stream *stream)
{
    if (stream->base.inner != NULL)
        net_stream_close(stream->base.inner);
    clock_timer_free(stream->timer);
    flight_clear(&stream->up);
    flight_clear(&stream->down);
    *stream->back = stream->next;
    if (stream->next != NULL)
        stream->next->back = stream->back;
    free(stream);
}

/* ---- time ---- */

/* The module may close the stream in each of its callbacks. */
static void tell_module(struct link_stream *stream)
{
    if (stream->outcome_ms <= now_ms(stream)) {
        stream->outcome_ms = CLOCK_NEVER;
        stream->on_event(stream->ctx, stream->connected ? NET_CONNECTED : NET_FAILED,
                         stream->outcome);
        return;
    }
    if ((stream->wanted & NET_WANT_READ) != 0 && may_receive(stream))
        stream->on_event(stream->ctx, NET_READABLE, ERR_OK);
    if (stream->close_ms == CLOCK_NEVER && (stream->wanted & NET_WANT_WRITE) != 0 &&
        may_send(stream))
        stream->on_event(stream->ctx, NET_WRITABLE, ERR_OK);
}

static void on_time(void *ctx)
{
    struct link_stream *stream = ctx;

    give_to_network(stream);
    if (stream->close_ms == CLOCK_NEVER) {
        tell_module(stream);
    } else if (next_for_network(stream) <= now_ms(stream)) {
        free_stream(stream);
        return;
    }
    go_on(stream);
}

/* ---- beginning and end ---- */

static enum err new_stream(struct link_line *line, bool datagrams, struct link_stream **ret_stream)
{
    struct link_stream *stream = calloc(1, sizeof(*stream));

    assert(line->clock != NULL && ret_stream != NULL);
    if (stream == NULL || clock_new_timer(line->clock, on_time, stream, &stream->timer) != ERR_OK) {
        free(stream);
        return ERR_NO_MEMORY;
    }
    stream->base.ops = &ops;
    stream->line = line;
    stream->datagrams = datagrams;
    stream->first_packet = ++line->stream_count << PACKET_BITS;
    stream->outcome_ms = stream->end_ms = stream->close_ms = CLOCK_NEVER;
    stream->next = line->streams;
    stream->back = &line->streams;
    if (stream->next != NULL)
        stream->next->back = &stream->next;
    line->streams = stream;
    *ret_stream = stream;
    return ERR_OK;
}

enum err link_stream_connect(struct link_line *line, struct net *inner, const struct net_target *to,
                             net_event_fn *on_event, void *ctx, struct net_stream **ret_stream)
{
    struct link_stream *stream;
    enum err err = new_stream(line, to->transport == NET_UDP, &stream);

    if (err != ERR_OK)
        return err;
    bind_to(&stream->base, on_event, ctx);
    err = net_connect(inner, to, on_inner, stream, &stream->base.inner);
    if (err == ERR_OK)
        *ret_stream = &stream->base;
    else
        free_stream(stream);
    return err;
}

struct net_stream *link_stream_accept(struct link_line *line, struct net_stream *inner,
                                      bool datagrams)
{
    struct link_stream *stream;

    assert(inner != NULL);
    if (new_stream(line, datagrams, &stream) != ERR_OK)
        return NULL;
    stream->base.inner = inner;
    stream->connected = true;
    net_stream_bind(inner, on_inner, stream);
    go_on(stream);
    return &stream->base;
}

void link_line_close(struct link_line *line)
{
    while (line->streams != NULL)
        free_stream(line->streams);
}
