/* virtual_clock.c: time that stands still. */
#include "scripted/virtual_clock.h"

#include <stdlib.h>

enum { SECOND_MS = 1000 };

/* The growing clock does not start at 0: its origin means nothing. */
#define FIRST_MS INT64_C(1000000)

/* The list has those that were started first in front. */
struct virtual_timer {
    struct clock_timer base;
    struct virtual_timer *next;
    struct virtual_clock *clock;
    int64_t due_ms; /* CLOCK_NEVER: not started */
    clock_time_fn *on_time;
    void *ctx;
    bool fresh; /* started during this virtual_clock_step() */
};

static int64_t now_ms(const struct clock *clock)
{
    return ((const struct virtual_clock *)clock)->now_ms;
}

static int64_t utc_s(const struct clock *base)
{
    const struct virtual_clock *clock = (const struct virtual_clock *)base;

    return clock->utc_origin_s + clock->now_ms / SECOND_MS;
}

static int zone_quarters(const struct clock *clock)
{
    return ((const struct virtual_clock *)clock)->zone_quarters;
}

static int daylight_hours(const struct clock *clock)
{
    return ((const struct virtual_clock *)clock)->daylight_hours;
}

/* ---- timers ---- */

static void unlink_timer(struct virtual_timer *timer)
{
    struct virtual_timer **link = &timer->clock->timers;

    while (*link != timer)
        link = &(*link)->next;
    *link = timer->next;
}

static void append(struct virtual_timer *timer)
{
    struct virtual_timer **link = &timer->clock->timers;

    while (*link != NULL)
        link = &(*link)->next;
    *link = timer;
    timer->next = NULL;
}

static void start(struct clock_timer *base, int64_t delay_ms)
{
    struct virtual_timer *timer = (struct virtual_timer *)base;

    timer->due_ms = timer->clock->now_ms + delay_ms;
    timer->fresh = true;
    unlink_timer(timer);
    append(timer);
}

static void cancel(struct clock_timer *base)
{
    ((struct virtual_timer *)base)->due_ms = CLOCK_NEVER;
}

static void free_timer(struct clock_timer *base)
{
    struct virtual_timer *timer = (struct virtual_timer *)base;

    unlink_timer(timer);
    free(timer);
}

static const struct clock_timer_ops timer_ops = { .start = start,
                                                  .cancel = cancel,
                                                  .free = free_timer };

static enum err new_timer(struct clock *base, clock_time_fn *on_time, void *ctx,
                          struct clock_timer **ret_timer)
{
    struct virtual_timer *timer = calloc(1, sizeof(*timer));

    if (timer == NULL)
        return ERR_NO_MEMORY;
    timer->base.ops = &timer_ops;
    timer->clock = (struct virtual_clock *)base;
    timer->due_ms = CLOCK_NEVER;
    timer->on_time = on_time;
    timer->ctx = ctx;
    append(timer);
    *ret_timer = &timer->base;
    return ERR_OK;
}

int64_t virtual_clock_deadline(const struct virtual_clock *clock)
{
    int64_t deadline_ms = CLOCK_NEVER;

    for (const struct virtual_timer *timer = clock->timers; timer != NULL; timer = timer->next)
        deadline_ms = time_earlier(deadline_ms, timer->due_ms);
    return deadline_ms;
}

static struct virtual_timer *next_due(const struct virtual_clock *clock)
{
    struct virtual_timer *next = NULL;

    for (struct virtual_timer *timer = clock->timers; timer != NULL; timer = timer->next) {
        if (timer->due_ms <= clock->now_ms && !timer->fresh &&
            (next == NULL || timer->due_ms < next->due_ms))
            next = timer;
    }
    return next;
}

bool virtual_clock_step(struct virtual_clock *clock)
{
    struct virtual_timer *timer;
    bool news = false;

    for (timer = clock->timers; timer != NULL; timer = timer->next)
        timer->fresh = false;
    while ((timer = next_due(clock)) != NULL) {
        timer->due_ms = CLOCK_NEVER;
        timer->on_time(timer->ctx);
        news = true;
    }
    return news;
}

/* ---- the clock ---- */

static const struct clock_ops ops = { .now_ms = now_ms,
                                      .utc_s = utc_s,
                                      .zone_quarters = zone_quarters,
                                      .daylight_hours = daylight_hours,
                                      .new_timer = new_timer };

void virtual_clock_init(struct virtual_clock *clock)
{
    *clock = (struct virtual_clock){ .base.ops = &ops, .now_ms = FIRST_MS };
    virtual_clock_set_utc(clock, VIRTUAL_CLOCK_UTC_S);
}

struct clock *virtual_clock_iface(struct virtual_clock *clock)
{
    return &clock->base;
}

void virtual_clock_set_utc(struct virtual_clock *clock, int64_t utc)
{
    clock->utc_origin_s = utc - clock->now_ms / SECOND_MS;
}
