/* clock.c: the machine's time. */
#include "posix/clock.h"

#include "posix/now.h"
#include "posix/timer.h"

#include <time.h>

enum { QUARTER_S = 15 * 60 };

static int64_t now_ms(const struct clock *clock)
{
    (void)clock;
    return posix_now_ms();
}

static int64_t utc_s(const struct clock *clock)
{
    struct timespec now;

    (void)clock;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec;
}

/* False: nobody knows. */
static bool local_now(struct tm *ret_local)
{
    time_t now = time(NULL);

    tzset(); /* localtime_r() need not look for a changed zone itself */
    return localtime_r(&now, ret_local) != NULL;
}

static int zone_quarters(const struct clock *clock)
{
    struct tm local;

    (void)clock;
    return local_now(&local) ? (int)(local.tm_gmtoff / QUARTER_S) : 0;
}

/* Where it is in force it is one hour, but for some islands. */
static int daylight_hours(const struct clock *clock)
{
    struct tm local;

    (void)clock;
    return local_now(&local) && local.tm_isdst > 0 ? 1 : 0;
}

static enum err new_timer(struct clock *base, clock_time_fn *on_time, void *ctx,
                          struct clock_timer **ret_timer)
{
    struct posix_clock *clock = (struct posix_clock *)base;

    assert(clock->loop != NULL);
    return posix_timer_new(clock->loop, on_time, ctx, ret_timer);
}

static const struct clock_ops ops = {
    .now_ms = now_ms,
    .utc_s = utc_s,
    .zone_quarters = zone_quarters,
    .daylight_hours = daylight_hours,
    .new_timer = new_timer,
};

void posix_clock_init(struct posix_clock *clock, struct posix_loop *loop)
{
    *clock = (struct posix_clock){ .base.ops = &ops, .loop = loop };
}
