/* ping.c: echo requests one after the other. */
#include "bridge/ping.h"

#include "base/time.h"

#include <assert.h>

static int64_t now_ms(const struct ping *ping)
{
    return ping->world->now_ms(ping->world->ctx);
}

static void finish(struct ping *ping, enum err err)
{
    ping->busy = false;
    ping->events->on_done(ping->ctx, err);
}

static void note(struct ping *ping, uint32_t round_trip_ms)
{
    if (ping->answered == 0 || round_trip_ms < ping->shortest_ms)
        ping->shortest_ms = round_trip_ms;
    if (round_trip_ms > ping->longest_ms)
        ping->longest_ms = round_trip_ms;
    ping->sum_ms += round_trip_ms;
    ping->answered++;
}

/* A request has ended.  The next one goes by time, also at once: so many that cannot be sent are no
 * recursion. */
static void end_echo(struct ping *ping, enum err err, uint32_t round_trip_ms, int ttl)
{
    ping->query = NULL;
    if (err == ERR_DENIED || err == ERR_UNSUPPORTED) { /* nothing was asked, nothing is lost */
        finish(ping, err);
        return;
    }
    if (err == ERR_OK)
        note(ping, round_trip_ms);
    ping->events->on_echo(ping->ctx, err, round_trip_ms, ttl);
    if (!ping->busy)
        return; /* cancelled from inside */
    if (ping->sent < ping->job.count)
        ping->next_ms = now_ms(ping) + ping->job.pause_ms;
    else
        finish(ping, ERR_OK);
}

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    struct ping *ping = ctx;
    const struct connection_world *world = ping->world;

    world->enter(world->ctx);
    end_echo(ping, err, round_trip_ms, ttl);
    world->leave(world->ctx);
}

static void send(struct ping *ping)
{
    const struct net_echo echo = { .to = ping->to,
                                   .bytes = ping->job.bytes,
                                   .ttl = ping->job.ttl,
                                   .timeout_ms = ping->job.timeout_ms };
    enum err err = net_start_echo(ping->world->net, &echo, on_echo, ping, &ping->query);

    ping->sent++;
    ping->next_ms = CLOCK_NEVER;
    if (err != ERR_OK)
        end_echo(ping, err, 0, 0);
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct ping *ping = ctx;

    (void)count;
    if (err != ERR_OK) {
        finish(ping, err);
        return;
    }
    ping->to = list[0];
    send(ping);
}

enum err ping_start(struct ping *ping, const struct connection_world *world, const char *host,
                    const struct ping_job *job, const struct ping_events *events, void *ctx)
{
    enum err err;

    assert(host != NULL && job->ttl >= 0 && job->ttl <= UINT8_MAX);
    assert(events->on_echo != NULL && events->on_done != NULL);
    assert(!ping->busy && job->count > 0);
    *ping = (struct ping){
        .world = world, .events = events, .ctx = ctx, .job = *job, .next_ms = CLOCK_NEVER
    };
    err = lookup_start(&ping->lookup, world, host, job->lookup_ms, on_resolved, ping);
    ping->busy = err == ERR_OK;
    return err;
}

bool ping_is_busy(const struct ping *ping)
{
    return ping->busy;
}

bool ping_is_looking_up(const struct ping *ping)
{
    return lookup_is_busy(&ping->lookup);
}

void ping_cancel(struct ping *ping)
{
    lookup_cancel(&ping->lookup);
    if (ping->query != NULL)
        net_cancel(ping->query);
    ping->query = NULL;
    ping->busy = false;
}

uint32_t ping_average_ms(const struct ping *ping)
{
    return ping->answered > 0 ? ping->sum_ms / (uint32_t)ping->answered : 0;
}

int64_t ping_deadline(const struct ping *ping)
{
    return ping->busy ? time_earlier(ping->next_ms, lookup_deadline(&ping->lookup)) : CLOCK_NEVER;
}

void ping_tick(struct ping *ping)
{
    if (!ping->busy)
        return;
    lookup_tick(&ping->lookup);
    if (ping->busy && now_ms(ping) >= ping->next_ms)
        send(ping);
}
