/* moved_clock.c: see moved_clock.h. */
#include "wrap/moved_clock.h"

#include <stdlib.h>

enum { MS_IN_S = 1000, CALLS_AT_ONCE_MAX = 10000 };

struct moved_timer {
    struct clock_timer base;
    struct moved_clock *clock;
    struct clock_timer *inner;
    struct moved_timer *next, **back; /* `back` is NULL while it does not run */
    int64_t deadline_ms;
    clock_time_fn *on_time;
    void *ctx;
};

static struct moved_clock *clock_from(const struct clock *base)
{
    return (struct moved_clock *)base;
}

int64_t moved_clock_ahead_ms(const struct moved_clock *clock)
{
    return atomic_load_explicit(&clock->ahead_ms, memory_order_relaxed);
}

static int64_t now_ms(const struct clock *base)
{
    return clock_now_ms(base->inner) + moved_clock_ahead_ms(clock_from(base));
}

static int64_t utc_s(const struct clock *base)
{
    return clock_utc_s(base->inner) + moved_clock_ahead_ms(clock_from(base)) / MS_IN_S;
}

/* ---- timers ---- */

static void leave_list(struct moved_timer *timer)
{
    if (timer->back == NULL)
        return;
    *timer->back = timer->next;
    if (timer->next != NULL)
        timer->next->back = timer->back;
    timer->back = NULL;
}

static void start(struct clock_timer *base, int64_t delay_ms)
{
    struct moved_timer *timer = (struct moved_timer *)base;
    struct moved_clock *clock = timer->clock;

    timer->deadline_ms = now_ms(&clock->base) + delay_ms;
    if (timer->back == NULL) {
        timer->next = clock->first;
        timer->back = &clock->first;
        if (timer->next != NULL)
            timer->next->back = &timer->next;
        clock->first = timer;
    }
    clock_timer_start(timer->inner, delay_ms);
}

static void cancel(struct clock_timer *base)
{
    struct moved_timer *timer = (struct moved_timer *)base;

    leave_list(timer);
    clock_timer_cancel(timer->inner);
}

static void free_timer(struct clock_timer *base)
{
    struct moved_timer *timer = (struct moved_timer *)base;

    leave_list(timer);
    clock_timer_free(timer->inner);
    free(timer);
}

static const struct clock_timer_ops timer_ops = { .start = start,
                                                  .cancel = cancel,
                                                  .free = free_timer };

/* The timer may be freed inside. */
static void on_time(void *ctx)
{
    struct moved_timer *timer = ctx;

    leave_list(timer);
    timer->on_time(timer->ctx);
}

static enum err new_timer(struct clock *base, clock_time_fn *fn, void *ctx,
                          struct clock_timer **ret_timer)
{
    struct moved_timer *timer = malloc(sizeof(*timer));
    enum err err;

    if (timer == NULL)
        return ERR_NO_MEMORY;
    *timer = (struct moved_timer){
        .base.ops = &timer_ops, .clock = clock_from(base), .on_time = fn, .ctx = ctx
    };
    err = clock_new_timer(base->inner, on_time, timer, &timer->inner);
    if (err != ERR_OK) {
        free(timer);
        return err;
    }
    *ret_timer = &timer->base;
    return ERR_OK;
}

/* ---- the clock ---- */

static const struct clock_ops ops = { .now_ms = now_ms, .utc_s = utc_s, .new_timer = new_timer };

void moved_clock_init(struct moved_clock *clock, struct clock *inner)
{
    assert(inner != NULL);
    *clock = (struct moved_clock){ .base = { &ops, inner } };
}

static struct moved_timer *earliest(const struct moved_clock *clock)
{
    struct moved_timer *found = clock->first;

    for (struct moved_timer *timer = clock->first; timer != NULL; timer = timer->next) {
        if (timer->deadline_ms < found->deadline_ms)
            found = timer;
    }
    return found;
}

static void put_on(struct moved_clock *clock, int64_t ms)
{
    if (ms > 0)
        atomic_store_explicit(&clock->ahead_ms, moved_clock_ahead_ms(clock) + ms,
                              memory_order_relaxed);
}

/* What is started for a moment that is over comes from the loop: without end it would keep us. */
static bool comes_now(const struct moved_clock *clock, int64_t end_ms, int calls)
{
    const struct moved_timer *timer = earliest(clock);

    return timer != NULL && timer->deadline_ms <= end_ms &&
           (timer->deadline_ms > now_ms(&clock->base) || calls < CALLS_AT_ONCE_MAX);
}

void moved_clock_advance(struct moved_clock *clock, int64_t ms)
{
    int64_t end_ms = now_ms(&clock->base) + ms;
    int calls = 0;

    assert(ms >= 0);
    while (comes_now(clock, end_ms, calls)) {
        struct moved_timer *timer = earliest(clock);
        int64_t rest_ms = timer->deadline_ms - now_ms(&clock->base);

        calls = rest_ms > 0 ? 0 : calls + 1;
        put_on(clock, rest_ms);
        clock_timer_cancel(timer->inner);
        on_time(timer);
    }
    put_on(clock, end_ms - now_ms(&clock->base));
    for (struct moved_timer *timer = clock->first; timer != NULL; timer = timer->next)
        clock_timer_start(timer->inner, timer->deadline_ms - now_ms(&clock->base));
}
