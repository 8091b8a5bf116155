/* Made by tools/public_headers of src/iface/clock.h. */
/* tlsmodem/clock.h: what the engine and its surroundings are told about time.
 *
 * The engine compares deadlines with tlsmodem_clock_now_ms() and says when it wants to be called
 * (tlsmodem_config.arm); what stands between it and the world uses timers.  Clocks stack as in
 * net.h: what is NULL among the operations of one is the `inner` one's.
 */
#ifndef TLSMODEM_IFACE_CLOCK_H
#define TLSMODEM_IFACE_CLOCK_H

#include "tlsmodem/err.h"
#include "tlsmodem/time.h"

#include <assert.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tlsmodem_clock_timer;

struct tlsmodem_clock_timer_ops {
    void (*start)(struct tlsmodem_clock_timer *timer, int64_t delay_ms);
    void (*cancel)(struct tlsmodem_clock_timer *timer);
    void (*free)(struct tlsmodem_clock_timer *timer);
};

/* Made by the clock, owned by who asked for it. */
struct tlsmodem_clock_timer {
    const struct tlsmodem_clock_timer_ops *ops;
};

/* Calls the timer's function once, `delay_ms` from now and not earlier by tlsmodem_clock_now_ms();
 * below 0 is 0.  Always from the loop, never from inside this call.  Replaces what was started
 * before. */
static inline void tlsmodem_clock_timer_start(struct tlsmodem_clock_timer *timer, int64_t delay_ms)
{
    assert(timer != NULL);
    timer->ops->start(timer, delay_ms > 0 ? delay_ms : 0);
}

/* No call comes until it is started again. */
static inline void tlsmodem_clock_timer_cancel(struct tlsmodem_clock_timer *timer)
{
    assert(timer != NULL);
    timer->ops->cancel(timer);
}

/* No call comes any more; also from inside the timer's function.  NULL is nothing. */
static inline void tlsmodem_clock_timer_free(struct tlsmodem_clock_timer *timer)
{
    if (timer != NULL)
        timer->ops->free(timer);
}

typedef void tlsmodem_clock_time_fn(void *ctx);

struct tlsmodem_clock;

struct tlsmodem_clock_ops {
    int64_t (*now_ms)(const struct tlsmodem_clock *clock);
    int64_t (*utc_s)(const struct tlsmodem_clock *clock);
    int (*zone_quarters)(const struct tlsmodem_clock *clock);
    int (*daylight_hours)(const struct tlsmodem_clock *clock); /* may be missing, as may the next */
    enum tlsmodem_err (*new_timer)(struct tlsmodem_clock *clock, tlsmodem_clock_time_fn *on_time,
                                   void *ctx, struct tlsmodem_clock_timer **ret_timer);
};

/* Owned by who made it.  It outlives its timers. */
struct tlsmodem_clock {
    const struct tlsmodem_clock_ops *ops;
    /* Has the operations that are NULL in `ops`; NULL: all are there that must be. */
    struct tlsmodem_clock *inner;
};

/* Milliseconds that only grow; their origin means nothing. */
static inline int64_t tlsmodem_clock_now_ms(const struct tlsmodem_clock *clock)
{
    while (clock->ops->now_ms == NULL)
        clock = clock->inner;
    return clock->ops->now_ms(clock);
}

/* Seconds since 1970-01-01T00:00:00Z as the machine believes. */
static inline int64_t tlsmodem_clock_utc_s(const struct tlsmodem_clock *clock)
{
    while (clock->ops->utc_s == NULL)
        clock = clock->inner;
    return clock->ops->utc_s(clock);
}

/* Offset of the machine's local time from UTC in quarters of an hour, -48 to +56. */
static inline int tlsmodem_clock_zone_quarters(const struct tlsmodem_clock *clock)
{
    while (clock->ops->zone_quarters == NULL)
        clock = clock->inner;
    return clock->ops->zone_quarters(clock);
}

/* By how many hours daylight saving time has put the machine's local time on: 0 to 2; 0 also of a
 * clock that does not know. */
static inline int tlsmodem_clock_daylight_hours(const struct tlsmodem_clock *clock)
{
    while (clock != NULL && clock->ops->daylight_hours == NULL)
        clock = clock->inner;
    return clock != NULL ? clock->ops->daylight_hours(clock) : 0;
}

/* Makes a timer that is not started and calls on_time(ctx) when its time has come.  From the loop's
 * thread; free it before the clock.  TLSMODEM_ERR_NO_MEMORY; TLSMODEM_ERR_UNSUPPORTED: this clock
 * has none. */
static inline enum tlsmodem_err tlsmodem_clock_new_timer(struct tlsmodem_clock *clock,
                                                         tlsmodem_clock_time_fn *on_time, void *ctx,
                                                         struct tlsmodem_clock_timer **ret_timer)
{
    assert(on_time != NULL);
    while (clock != NULL && clock->ops->new_timer == NULL)
        clock = clock->inner;
    return clock == NULL ? TLSMODEM_ERR_UNSUPPORTED
                         : clock->ops->new_timer(clock, on_time, ctx, ret_timer);
}

/* Starts a timer of this clock for the moment at which tlsmodem_clock_now_ms() is `deadline_ms`, or
 * cancels it for TLSMODEM_CLOCK_NEVER: what a tlsmodem_config.arm has to do. */
static inline void tlsmodem_clock_timer_at(const struct tlsmodem_clock *clock,
                                           struct tlsmodem_clock_timer *timer, int64_t deadline_ms)
{
    if (deadline_ms == TLSMODEM_CLOCK_NEVER)
        tlsmodem_clock_timer_cancel(timer);
    else
        tlsmodem_clock_timer_start(timer, deadline_ms - tlsmodem_clock_now_ms(clock));
}

#ifdef __cplusplus
}
#endif

#endif
