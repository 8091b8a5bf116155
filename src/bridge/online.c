/* online.c: bytes between an online port and what is behind it. */
#include "bridge/online.h"

#include "base/time.h"

#include <assert.h>

static struct connection *connection_of(struct online *online)
{
    return online->ops->connection != NULL ? online->ops->connection(online) : NULL;
}

/* ---- silence ---- */

static void restart_idle(struct online *online)
{
    const struct connection_world *world;
    int64_t idle_ms = online->ops->idle_ms != NULL ? online->ops->idle_ms(online) : 0;

    online->idle_until_ms = CLOCK_NEVER;
    if (idle_ms == 0)
        return;
    world = connection_of(online)->world;
    online->idle_until_ms = world->now_ms(world->ctx) + idle_ms;
}

int64_t online_deadline(const struct online *online)
{
    return online_is_on(online) ? online->idle_until_ms : CLOCK_NEVER;
}

void online_tick(struct online *online, int64_t now_ms)
{
    if (now_ms >= online_deadline(online))
        online->ops->on_idle(online);
}

/* ---- to the host ---- */

static size_t available(struct online *online)
{
    return online->ops->available != NULL ? online->ops->available(online)
                                          : connection_available(connection_of(online));
}

/* Room for one piece: of a stream any, of datagrams as much as the next one has, or may have. */
static bool fits(struct online *online, size_t room)
{
    const struct connection *connection = connection_of(online);

    if (connection == NULL || connection->transport != NET_UDP)
        return room > 0;
    return room > 0 &&
           room >= (online->ops->available != NULL ? available(online) : ONLINE_DATAGRAM_MAX);
}

static void pause(struct online *online)
{
    if (online->ops->pause != NULL)
        online->ops->pause(online);
    else if (connection_of(online) != NULL)
        connection_pause(connection_of(online));
}

static size_t next(struct online *online, uint8_t *buf, size_t cap)
{
    if (online->ops->read != NULL)
        return online->ops->read(online, buf, cap);
    return connection_read(connection_of(online), buf, cap);
}

static bool may_speak(const struct online *online)
{
    return online_is_on(online) && at_is_online(online->at);
}

static void check_end(struct online *online)
{
    struct connection *connection = connection_of(online);
    struct connection_failure failure;

    if (connection != NULL && connection_has_ended(connection, &failure) && available(online) == 0)
        online->ops->on_end(online, &failure);
}

void online_pump(struct online *online)
{
    while (may_speak(online)) {
        size_t room, got;
        uint8_t *tail = at_output_tail(online->at, &room);

        if (!fits(online, room)) {
            pause(online);
            return;
        }
        got = next(online, tail, room);
        if (got == 0)
            break;
        at_output_commit(online->at, got);
        restart_idle(online);
    }
    if (may_speak(online))
        check_end(online);
}

/* ---- from the host ---- */

static bool takes(struct online *online)
{
    struct connection *connection;

    if (!online_is_on(online))
        return false;
    if (online->ops->takes != NULL)
        return online->ops->takes(online);
    connection = connection_of(online);
    return connection == NULL || connection->state == CONNECTION_OPEN;
}

static size_t give(struct online *online, struct span bytes)
{
    if (online->ops->write != NULL)
        return online->ops->write(online, bytes);
    return connection_of(online) != NULL ? connection_write(connection_of(online), bytes) : 0;
}

static size_t on_input(void *ctx, struct span bytes)
{
    struct online *online = ctx;
    size_t taken = 0;

    if (takes(online)) {
        restart_idle(online);
        taken = give(online, bytes);
    }
    if (takes(online))
        return taken;
    online_pump(online);
    return bytes.len; /* nobody is there to get it; the end follows what is unread */
}

void online_writable(struct online *online)
{
    if (!online_is_on(online))
        return;
    if (online->ops->flush != NULL && !online->ops->flush(online))
        online_pump(online); /* it may have ended */
    else
        at_unblock(online->at);
}

/* ---- the mode ---- */

static struct at_session *suspend(struct online *online)
{
    struct at_session *at = online->at;

    assert(online_is_on(online));
    online_forget(online);
    if (online->ops->flush != NULL)
        online->ops->flush(online);
    online->ops->on_left(online);
    return at;
}

static void on_escape(void *ctx)
{
    struct online *online = ctx;

    if (online->ops->on_escape != NULL)
        online->ops->on_escape(online);
    else
        at_finish(suspend(online), AT_OK);
}

static void on_room(void *ctx)
{
    online_pump(ctx);
}

static void on_gone(void *ctx)
{
    struct online *online = ctx;

    online->ops->on_gone(online);
}

void online_enter(struct online *online, const struct online_ops *ops, struct at_session *at)
{
    const struct at_online how = { .on_input = on_input,
                                   .on_escape = on_escape,
                                   .on_room = on_room,
                                   .ctx = online,
                                   .on_gone = ops->on_gone != NULL ? on_gone : NULL };

    assert(at != NULL);
    assert(ops->read != NULL || ops->connection != NULL);
    assert(ops->on_escape != NULL || ops->on_left != NULL);
    *online = (struct online){ .ops = ops, .at = at };
    if (connection_of(online) != NULL)
        connection_set_buffering(connection_of(online), false);
    restart_idle(online);
    at_online(at, &how);
}

bool online_is_on(const struct online *online)
{
    return online->at != NULL;
}

void online_suspend(struct online *online)
{
    at_leave_online(suspend(online), AT_OK);
}

void online_leave(struct online *online, enum at_status status)
{
    struct at_session *at = online->at;

    assert(online_is_on(online));
    online_forget(online);
    if (at_is_online(at))
        at_leave_online(at, status);
    else
        at_finish(at, status);
}

void online_forget(struct online *online)
{
    online->at = NULL;
}
