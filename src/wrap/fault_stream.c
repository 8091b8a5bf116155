/* fault_stream.c: a connection that faults strike: straight through while there are none.
 *
 * What holds bytes up is a line of its own (link_stream.h), put in front of the stream below when
 * it is first needed; what ends the connection, or lets nothing pass, is done here.
 */
#include "wrap/fault_stream.h"

#include "wrap/fault_toxic.h"
#include "wrap/link.h"
#include "wrap/link_stream.h"

#include <assert.h>
#include <stdlib.h>

/* Outlives its stream until its bytes have arrived. */
struct fault_lane {
    struct fault_lane *next;
    struct link_line line;
    bool in_use;
};

struct faulty_stream {
    struct net_stream base; /* its `inner` is NULL: none, or not any more */
    struct fault_line *line;
    struct faulty_stream *next;
    struct fault_scene scene; /* as it began */
    struct clock_timer *timer;
    net_event_fn *on_event;
    void *ctx;
    struct fault_toxic *toxics;
    uint32_t considered; /* the number of the last fault that it has met */
    const struct fault_session *session;
    struct fault_lane *lane; /* NULL: nothing was ever held up */
    bool datagrams, connected, linked, closed;
    bool is_called;   /* its session is to be read, whatever comes */
    enum err refusal; /* ERR_OK: it is not refused */
    unsigned wanted;
    bool has_ended; /* by a fault: `end` is what receiving says */
    ptrdiff_t end;
    int64_t hold_ms; /* the end below is told then; CLOCK_NEVER: it has not come */
};

static int64_t now_ms(const struct faulty_stream *stream)
{
    return clock_now_ms(stream->line->clock);
}

static void on_inner(void *ctx, enum net_event event, enum err err);

/* ---- which faults strike it ---- */

static bool is_of_streams(const struct fault *fault)
{
    return fault->type <= FAULT_LIMIT_DATA;
}

static void meet(struct faulty_stream *stream, struct fault_entry *entry)
{
    struct fault_toxic **end = &stream->toxics;
    struct fault_toxic *toxic;

    if (!is_of_streams(&entry->fault) || !fault_fits(&entry->fault, &stream->scene) ||
        !fault_set_counts(stream->line->set, entry, true))
        return;
    toxic = calloc(1, sizeof(*toxic));
    if (toxic == NULL) {
        log_say(stream->line->set->log, LOG_ERROR, "fault %u: out of memory: it does nothing",
                (unsigned)entry->number);
        return;
    }
    toxic->number = entry->number;
    toxic->fault = entry->fault;
    toxic->since_ms = CLOCK_NEVER;
    while (*end != NULL)
        end = &(*end)->next;
    *end = toxic;
}

static void meet_all(struct faulty_stream *stream)
{
    struct fault_set *set = stream->line->set;
    struct fault_toxic **at = &stream->toxics;

    while (*at != NULL) {
        struct fault_toxic *toxic = *at;

        if (fault_set_find(set, toxic->number) != NULL) {
            at = &toxic->next;
            continue;
        }
        *at = toxic->next;
        free(toxic);
    }
    for (struct fault_entry *entry = set->first; entry != NULL; entry = entry->next) {
        if (entry->number > stream->considered)
            meet(stream, entry);
    }
    stream->considered = set->last_number;
}

static enum fault_phase phase_of(const struct faulty_stream *stream)
{
    return stream->session != NULL ? fault_session_phase(stream->session) : FAULT_DATA;
}

/* Those whose phase it is are active, from now on if they were not. */
static bool activate(struct faulty_stream *stream)
{
    bool delays = false;

    for (struct fault_toxic *toxic = stream->toxics; toxic != NULL; toxic = toxic->next) {
        enum fault_phase phase = toxic->fault.phase;
        bool active = stream->connected && (phase == FAULT_ANY_PHASE || phase == phase_of(stream));

        if (active && toxic->since_ms == CLOCK_NEVER)
            toxic->since_ms = now_ms(stream);
        else if (!active)
            toxic->since_ms = CLOCK_NEVER;
        delays = delays || (active && fault_toxic_delays(toxic));
    }
    return delays;
}

/* ---- what holds bytes up ---- */

static void set_lane(struct faulty_stream *stream)
{
    fault_toxics_lane(stream->toxics, FAULT_DOWNSTREAM, &stream->lane->line.down);
    fault_toxics_lane(stream->toxics, FAULT_UPSTREAM, &stream->lane->line.up);
}

/* Puts `outer` around what is below. */
static void put(struct faulty_stream *stream, struct net_stream *outer)
{
    if (outer == NULL) {
        log_say(stream->line->set->log, LOG_ERROR, "out of memory: nothing holds a connection up");
        return;
    }
    stream->base.inner = outer;
    net_stream_bind(outer, on_inner, stream);
}

static void hold_up(struct faulty_stream *stream)
{
    struct fault_lane *lane = stream->lane;

    if (lane == NULL) {
        lane = calloc(1, sizeof(*lane));
        if (lane == NULL) {
            put(stream, NULL);
            return;
        }
        lane->line.clock = stream->line->clock;
        lane->in_use = true;
        lane->next = stream->line->lanes;
        stream->line->lanes = lane;
        stream->lane = lane;
        set_lane(stream);
        put(stream, link_stream_accept(&lane->line, stream->base.inner, stream->datagrams));
    }
    set_lane(stream);
}

static void insert(struct faulty_stream *stream, bool delays)
{
    if (!stream->connected || stream->base.inner == NULL)
        return;
    if (stream->line->linked && !stream->linked) {
        stream->linked = true;
        put(stream, link_adopt(stream->line->link, stream->base.inner, stream->datagrams));
    }
    if (delays || stream->lane != NULL)
        hold_up(stream);
}

/* Lines whose last bytes have arrived. */
static void sweep(struct fault_line *line, bool all)
{
    struct fault_lane **at = &line->lanes;

    while (*at != NULL) {
        struct fault_lane *lane = *at;

        if (!all && (lane->in_use || lane->line.streams != NULL)) {
            at = &lane->next;
            continue;
        }
        *at = lane->next;
        link_line_close(&lane->line);
        free(lane);
    }
}

/* ---- what happens when ---- */

static void end_now(struct faulty_stream *stream, ptrdiff_t end)
{
    stream->has_ended = true;
    stream->end = end;
    net_stream_close(stream->base.inner);
    stream->base.inner = NULL;
}

static bool may_receive(const struct faulty_stream *stream)
{
    return fault_toxics_room(stream->toxics, FAULT_DOWNSTREAM) > 0;
}

/* Ends the connection where a fault says so by now, and asks to be called when something is next.
 */
static void go_on(struct faulty_stream *stream)
{
    ptrdiff_t end = 0;
    int64_t end_ms = stream->datagrams ? CLOCK_NEVER : fault_toxics_end(stream->toxics, &end);
    int64_t next_ms = time_earlier(end_ms, stream->hold_ms);
    unsigned below = stream->wanted;

    if (stream->base.inner != NULL && stream->connected && end_ms <= now_ms(stream))
        end_now(stream, end);
    if (stream->has_ended)
        next_ms = stream->wanted != 0 ? now_ms(stream) : CLOCK_NEVER;
    if (stream->hold_ms != CLOCK_NEVER && stream->wanted == 0 && stream->hold_ms <= now_ms(stream))
        next_ms = CLOCK_NEVER;
    if (stream->is_called)
        next_ms = now_ms(stream);
    clock_timer_at(stream->line->clock, stream->timer, next_ms);
    if (stream->base.inner == NULL || !stream->connected)
        return;
    if (!may_receive(stream) || stream->hold_ms != CLOCK_NEVER)
        below &= ~(unsigned)NET_WANT_READ;
    net_stream_want(stream->base.inner, below);
}

static void refresh(struct faulty_stream *stream)
{
    meet_all(stream);
    stream->is_called = stream->session != NULL && fault_session_waits(stream->session);
    insert(stream, activate(stream));
    go_on(stream);
}

void fault_streams_refresh(struct fault_line *line)
{
    for (struct faulty_stream *stream = line->streams; stream != NULL; stream = stream->next) {
        if (!stream->closed)
            refresh(stream);
    }
}

void fault_streams_note(struct fault_line *line, const struct fault_session *session, bool ends)
{
    for (struct faulty_stream *stream = line->streams; stream != NULL; stream = stream->next) {
        if (stream->session != session)
            continue;
        if (ends)
            stream->session = NULL;
        else if (!stream->closed && stream->toxics != NULL)
            refresh(stream);
    }
}

static void note_session(struct faulty_stream *stream)
{
    const struct fault_session *speaking =
        stream->line->talk != NULL ? stream->line->talk->speaking : NULL;

    if (speaking == NULL || speaking == stream->session)
        return;
    stream->session = speaking;
    refresh(stream);
}

/* ---- operations ---- */

static ptrdiff_t receive(struct net_stream *base, void *buf, size_t cap)
{
    struct faulty_stream *stream = (struct faulty_stream *)base;
    size_t room;
    ptrdiff_t got;

    note_session(stream);
    if (stream->toxics == NULL && !stream->has_ended)
        return net_stream_recv(base->inner, buf, cap);
    go_on(stream);
    if (stream->has_ended)
        return stream->end;
    room = fault_toxics_room(stream->toxics, FAULT_DOWNSTREAM);
    if (room == 0 || stream->hold_ms != CLOCK_NEVER) {
        if (stream->hold_ms > now_ms(stream) || room == 0)
            return -ERR_AGAIN;
    }
    got = net_stream_recv(base->inner, buf, cap < room || stream->datagrams ? cap : room);
    if (got == 0 && stream->hold_ms == CLOCK_NEVER) {
        uint32_t delay_ms = fault_toxics_end_delay(stream->toxics, FAULT_DOWNSTREAM);

        stream->hold_ms = delay_ms > 0 ? now_ms(stream) + delay_ms : CLOCK_NEVER;
        if (delay_ms > 0)
            got = -ERR_AGAIN;
    }
    if (got > 0)
        fault_toxics_pass(stream->toxics, FAULT_DOWNSTREAM, (size_t)got);
    go_on(stream);
    return got;
}

static ptrdiff_t transmit(struct net_stream *base, const void *data, size_t len)
{
    struct faulty_stream *stream = (struct faulty_stream *)base;
    size_t room;
    ptrdiff_t sent;

    note_session(stream);
    if (stream->toxics == NULL && !stream->has_ended)
        return net_stream_send(base->inner, data, len);
    go_on(stream);
    if (stream->has_ended)
        return -ERR_RESET;
    room = fault_toxics_room(stream->toxics, FAULT_UPSTREAM);
    if (room == 0)
        return (ptrdiff_t)len; /* it goes nowhere */
    sent = net_stream_send(base->inner, data, len < room || stream->datagrams ? len : room);
    if (sent > 0)
        fault_toxics_pass(stream->toxics, FAULT_UPSTREAM, (size_t)sent);
    go_on(stream);
    return sent;
}

static void want(struct net_stream *base, unsigned events)
{
    struct faulty_stream *stream = (struct faulty_stream *)base;

    stream->wanted = events;
    if (stream->toxics == NULL && stream->base.inner != NULL && !stream->has_ended)
        net_stream_want(stream->base.inner, events);
    else
        go_on(stream);
}

static enum err local(struct net_stream *base, struct net_address *ret_address, uint16_t *ret_port)
{
    return base->inner != NULL ? net_stream_local(base->inner, ret_address, ret_port)
                               : ERR_UNREACHABLE;
}

static void keep_alive(struct net_stream *base, const struct net_keep_alive *probes)
{
    if (base->inner != NULL)
        net_stream_keep_alive(base->inner, probes);
}

static void bind_to(struct net_stream *base, net_event_fn *on_event, void *ctx)
{
    struct faulty_stream *stream = (struct faulty_stream *)base;

    stream->on_event = on_event;
    stream->ctx = ctx;
}

static void free_stream(struct faulty_stream *stream)
{
    struct faulty_stream **at = &stream->line->streams;

    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
    if (stream->base.inner != NULL)
        net_stream_close(stream->base.inner);
    if (stream->lane != NULL)
        stream->lane->in_use = false;
    while (stream->toxics != NULL) {
        struct fault_toxic *toxic = stream->toxics;

        stream->toxics = toxic->next;
        free(toxic);
    }
    clock_timer_free(stream->timer);
    sweep(stream->line, false);
    free(stream);
}

static void close_stream(struct net_stream *base)
{
    struct faulty_stream *stream = (struct faulty_stream *)base;
    uint32_t delay_ms = fault_toxics_end_delay(stream->toxics, FAULT_UPSTREAM);

    if (delay_ms == 0 || base->inner == NULL || !stream->connected) {
        free_stream(stream);
        return;
    }
    stream->closed = true;
    net_stream_want(base->inner, 0);
    clock_timer_start(stream->timer, delay_ms);
}

static const struct net_stream_ops ops = { .recv = receive,
                                           .send = transmit,
                                           .want = want,
                                           .keep_alive = keep_alive,
                                           .close = close_stream,
                                           .local = local,
                                           .bind = bind_to };

/* ---- events ---- */

static void on_inner(void *ctx, enum net_event event, enum err err)
{
    struct faulty_stream *stream = ctx;

    if (event == NET_CONNECTED) {
        stream->connected = true;
        refresh(stream);
    }
    stream->on_event(stream->ctx, event, err);
}

static void on_time(void *ctx)
{
    struct faulty_stream *stream = ctx;
    bool is_called = stream->is_called;

    if (stream->closed) {
        free_stream(stream);
        return;
    }
    if (stream->refusal != ERR_OK) {
        stream->on_event(stream->ctx, NET_FAILED, stream->refusal);
        return;
    }
    stream->is_called = false;
    go_on(stream);
    if ((stream->has_ended || is_called || stream->hold_ms <= now_ms(stream)) &&
        stream->wanted != 0)
        stream->on_event(stream->ctx,
                         (stream->wanted & NET_WANT_READ) != 0 ? NET_READABLE : NET_WRITABLE,
                         ERR_OK);
}

/* ---- beginning ---- */

static struct faulty_stream *new_stream(struct fault_line *line, bool datagrams)
{
    struct faulty_stream *stream = calloc(1, sizeof(*stream));
    struct faulty_stream **end = &line->streams;

    if (stream == NULL || clock_new_timer(line->clock, on_time, stream, &stream->timer) != ERR_OK) {
        free(stream);
        return NULL;
    }
    stream->base.ops = &ops;
    stream->line = line;
    stream->datagrams = datagrams;
    stream->scene = line->set->scene;
    stream->hold_ms = CLOCK_NEVER;
    while (*end != NULL)
        end = &(*end)->next;
    *end = stream;
    return stream;
}

/* True where nobody shall be there. */
static bool refuses(struct faulty_stream *stream)
{
    struct fault_set *set = stream->line->set;
    bool refused = fault_set_strikes(set, FAULT_REFUSED, true) != NULL;
    bool swallowed = fault_set_strikes(set, FAULT_BLACK_HOLE, true) != NULL;

    if (swallowed || !refused)
        return swallowed;
    stream->refusal = ERR_REFUSED;
    clock_timer_start(stream->timer, 0);
    return true;
}

enum err fault_stream_connect(struct fault_line *line, struct net *inner,
                              const struct net_target *to, net_event_fn *on_event, void *ctx,
                              struct net_stream **ret_stream)
{
    struct faulty_stream *stream = new_stream(line, to->transport == NET_UDP);
    enum err err = ERR_OK;

    if (stream == NULL)
        return ERR_NO_MEMORY;
    bind_to(&stream->base, on_event, ctx);
    stream->linked = line->linked; /* then `inner` is the link */
    if (!refuses(stream)) {
        err = net_connect(inner, to, on_inner, stream, &stream->base.inner);
        if (err != ERR_OK)
            stream->base.inner = NULL;
    }
    if (err == ERR_OK)
        *ret_stream = &stream->base;
    else
        free_stream(stream);
    return err;
}

struct net_stream *fault_stream_accept(struct fault_line *line, struct net_stream *inner,
                                       bool datagrams)
{
    struct faulty_stream *stream = new_stream(line, datagrams);

    if (stream == NULL)
        return NULL;
    stream->base.inner = inner;
    stream->connected = true;
    stream->linked = line->linked;
    net_stream_bind(inner, on_inner, stream);
    return &stream->base;
}

void fault_line_close(struct fault_line *line)
{
    while (line->streams != NULL)
        free_stream(line->streams);
    sweep(line, true);
}
