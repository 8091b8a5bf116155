/* host.c: a host that plays a transcript on a modem's port. */
#include "host/host.h"

#include "host/host_listen.h"
#include "host/host_rounds.h"
#include "host/host_step.h"
#include "iface/no_circuits.h"

#include <assert.h>
#include <stdlib.h>

/* Then others of the loop have theirs, by a clock that has moved: timers of the same moment come
 * before all else, and a round may be nothing but `let`. */
enum { TURNS_AT_ONCE = 100, REST_MS = 1 };

/* False: nothing is to be done before something comes, or the deadline. */
static bool turn(struct host *host)
{
    host_hear(host);
    switch (host->phase) {
    case HOST_DELAYED:
        (void)host_listen_meanwhile(host); /* what a module says when it is on */
        if (clock_now_ms(host->clock) < host->deadline_ms)
            return false;
        host->start_ms = clock_now_ms(host->clock);
        host->round_us = host->ops->now_us(host->ctx);
        host->phase = HOST_AT_STEP;
        return true;
    case HOST_PAUSED:
        return host_pause(host);
    case HOST_DONE:
        ears_clear(&host->ears);
        return false;
    default:
        break;
    }
    if (host->step < programme_count(host->crowd->programme))
        return host_step(host);
    host->phase = HOST_DONE;
    host->deadline_ms = CLOCK_NEVER;
    host_rounds_over(host);
    host->ops->finished(host->ctx, false);
    return true;
}

static void arm(struct host *host, bool has_more)
{
    int64_t next_ms = host->deadline_ms;

    if (host->phase == HOST_PAUSED && host->escape_ms < next_ms)
        next_ms = host->escape_ms;
    if (has_more)
        clock_timer_start(host->timer, REST_MS);
    else
        clock_timer_at(host->clock, host->timer, next_ms);
}

static void on_time(void *ctx)
{
    struct host *host = ctx;
    unsigned turns = 0;

    host->is_acting = true;
    while (turns < TURNS_AT_ONCE && turn(host))
        turns++;
    host->is_acting = false;
    arm(host, turns == TURNS_AT_ONCE);
}

/* Not inside of the modem's call: what is typed next may be long. */
static void wake(struct host *host)
{
    if (!host->is_acting)
        clock_timer_start(host->timer, 0);
}

static void output_ready(struct channel *channel)
{
    struct host *host = (struct host *)channel;

    host_hear(host);
    wake(host);
}

static void input_room(struct channel *channel)
{
    wake((struct host *)channel);
}

static const struct channel_ops channel_ops = { .output_ready = output_ready,
                                                .input_room = input_room,
                                                .set_lines = channel_no_lines,
                                                .set_rate = channel_no_rate };

enum err host_begin(const struct host_config *config, struct host **ret_host)
{
    struct host *host = calloc(1, sizeof(*host));
    enum err err;

    assert(config->crowd->programme != NULL && config->crowd->patience_ms > 0);
    if (host == NULL)
        return ERR_NO_MEMORY;
    host->channel.ops = &channel_ops;
    host->crowd = config->crowd;
    host->clock = config->clock;
    host->terminal = config->terminal;
    host->ops = config->ops;
    host->ctx = config->ctx;
    host->made.seed = config->seed;
    host->echo = true;
    host->phase = HOST_DELAYED;
    host->escape_ms = CLOCK_NEVER;
    host->deadline_ms = clock_now_ms(config->clock) + config->delay_ms;
    err = clock_new_timer(config->clock, on_time, host, &host->timer);
    if (err != ERR_OK) {
        free(host);
        return err;
    }
    arm(host, false);
    *ret_host = host;
    return ERR_OK;
}

struct channel *host_channel(struct host *host)
{
    return &host->channel;
}

void host_end(struct host *host)
{
    if (host == NULL)
        return;
    assert(!host->is_acting);
    clock_timer_free(host->timer);
    bytes_free(&host->text);
    values_free(&host->values);
    ears_clear(&host->ears);
    free(host);
}
