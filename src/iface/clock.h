/* clock.h: what the engine and its surroundings are told about time.
 *
 * The engine compares deadlines with clock_now_ms() and says when it wants to be called
 * (tlsmodem_config.arm); what stands between it and the world uses timers.  Clocks stack as in
 * net.h: what is NULL among the operations of one is the `inner` one's.
 */
#ifndef IFACE_CLOCK_H
#define IFACE_CLOCK_H

#include "base/err.h"
#include "base/time.h"

#include <assert.h>
#include <stddef.h>

struct clock_timer;

struct clock_timer_ops {
    void (*start)(struct clock_timer *timer, int64_t delay_ms);
    void (*cancel)(struct clock_timer *timer);
    void (*free)(struct clock_timer *timer);
};

/* Made by the clock, owned by who asked for it. */
struct clock_timer {
    const struct clock_timer_ops *ops;
};

/* Calls the timer's function once, `delay_ms` from now and not earlier by clock_now_ms(); below 0
 * is 0.  Always from the loop, never from inside this call.  Replaces what was started before. */
static inline void clock_timer_start(struct clock_timer *timer, int64_t delay_ms)
{
    assert(timer != NULL);
    timer->ops->start(timer, delay_ms > 0 ? delay_ms : 0);
}

/* No call comes until it is started again. */
static inline void clock_timer_cancel(struct clock_timer *timer)
{
    assert(timer != NULL);
    timer->ops->cancel(timer);
}

/* No call comes any more; also from inside the timer's function.  NULL is nothing. */
static inline void clock_timer_free(struct clock_timer *timer)
{
    if (timer != NULL)
        timer->ops->free(timer);
}

typedef void clock_time_fn(void *ctx);

struct clock;

struct clock_ops {
    int64_t (*now_ms)(const struct clock *clock);
    int64_t (*utc_s)(const struct clock *clock);
    int (*zone_quarters)(const struct clock *clock);
    int (*daylight_hours)(const struct clock *clock); /* may be missing, as may the next */
    enum err (*new_timer)(struct clock *clock, clock_time_fn *on_time, void *ctx,
                          struct clock_timer **ret_timer);
};

/* Owned by who made it.  It outlives its timers. */
struct clock {
    const struct clock_ops *ops;
    /* Has the operations that are NULL in `ops`; NULL: all are there that must be. */
    struct clock *inner;
};

/* Milliseconds that only grow; their origin means nothing. */
static inline int64_t clock_now_ms(const struct clock *clock)
{
    while (clock->ops->now_ms == NULL)
        clock = clock->inner;
    return clock->ops->now_ms(clock);
}

/* Seconds since 1970-01-01T00:00:00Z as the machine believes. */
static inline int64_t clock_utc_s(const struct clock *clock)
{
    while (clock->ops->utc_s == NULL)
        clock = clock->inner;
    return clock->ops->utc_s(clock);
}

/* Offset of the machine's local time from UTC in quarters of an hour, -48 to +56. */
static inline int clock_zone_quarters(const struct clock *clock)
{
    while (clock->ops->zone_quarters == NULL)
        clock = clock->inner;
    return clock->ops->zone_quarters(clock);
}

/* By how many hours daylight saving time has put the machine's local time on: 0 to 2; 0 also of a
 * clock that does not know. */
static inline int clock_daylight_hours(const struct clock *clock)
{
    while (clock != NULL && clock->ops->daylight_hours == NULL)
        clock = clock->inner;
    return clock != NULL ? clock->ops->daylight_hours(clock) : 0;
}

/* Makes a timer that is not started and calls on_time(ctx) when its time has come.  From the loop's
 * thread; free it before the clock.  ERR_NO_MEMORY; ERR_UNSUPPORTED: this clock has none. */
static inline enum err clock_new_timer(struct clock *clock, clock_time_fn *on_time, void *ctx,
                                       struct clock_timer **ret_timer)
{
    assert(on_time != NULL);
    while (clock != NULL && clock->ops->new_timer == NULL)
        clock = clock->inner;
    return clock == NULL ? ERR_UNSUPPORTED : clock->ops->new_timer(clock, on_time, ctx, ret_timer);
}

/* Starts a timer of this clock for the moment at which clock_now_ms() is `deadline_ms`, or cancels
 * it for CLOCK_NEVER: what a tlsmodem_config.arm has to do. */
static inline void clock_timer_at(const struct clock *clock, struct clock_timer *timer,
                                  int64_t deadline_ms)
{
    if (deadline_ms == CLOCK_NEVER)
        clock_timer_cancel(timer);
    else
        clock_timer_start(timer, deadline_ms - clock_now_ms(clock));
}

#endif
