/* virtual_clock.c: time that stands still. */
#include "virtual_clock.h"

enum { SECOND_MS = 1000 };

/* The growing clock does not start at 0: its origin means nothing. */
#define FIRST_MS INT64_C(1000000)

static int64_t now_ms(void *ctx)
{
    struct virtual_clock *clock = ctx;

    return clock->now_ms;
}

static int64_t utc_s(void *ctx)
{
    struct virtual_clock *clock = ctx;

    return clock->utc_origin_s + clock->now_ms / SECOND_MS;
}

static int zone_quarters(void *ctx)
{
    struct virtual_clock *clock = ctx;

    return clock->zone_quarters;
}

static const struct clock_ops ops = { .now_ms = now_ms,
                                      .utc_s = utc_s,
                                      .zone_quarters = zone_quarters };

void virtual_clock_init(struct virtual_clock *clock)
{
    *clock = (struct virtual_clock){ .now_ms = FIRST_MS };
    virtual_clock_set_utc(clock, VIRTUAL_CLOCK_UTC_S);
}

struct clock virtual_clock_iface(struct virtual_clock *clock)
{
    return (struct clock){ &ops, clock };
}

void virtual_clock_set_utc(struct virtual_clock *clock, int64_t utc)
{
    clock->utc_origin_s = utc - clock->now_ms / SECOND_MS;
}
