/* virtual_clock.h: iface/clock.h for tests: time stands still until somebody moves it. */
#ifndef SUPPORT_VIRTUAL_CLOCK_H
#define SUPPORT_VIRTUAL_CLOCK_H

#include "iface/clock.h"

/* 2025-01-01T12:00:00Z */
#define VIRTUAL_CLOCK_UTC_S INT64_C(1735732800)

struct virtual_clock {
    int64_t now_ms;       /* may be written; only to grow */
    int64_t utc_origin_s; /* UTC where now_ms is 0 */
    int zone_quarters;
};

/* Starts at VIRTUAL_CLOCK_UTC_S, zone 0. */
void virtual_clock_init(struct virtual_clock *clock);

/* What the engine is given; borrows `clock`. */
struct clock virtual_clock_iface(struct virtual_clock *clock);

/* Sets the machine's UTC clock; the growing clock is not touched. */
void virtual_clock_set_utc(struct virtual_clock *clock, int64_t utc_s);

#endif
