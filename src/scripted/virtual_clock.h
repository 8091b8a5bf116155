/* virtual_clock.h: iface/clock.h without a machine: time stands still until somebody moves it. */
#ifndef SCRIPTED_VIRTUAL_CLOCK_H
#define SCRIPTED_VIRTUAL_CLOCK_H

#include "iface/clock.h"

#include <stdbool.h>

/* 2025-01-01T12:00:00Z */
#define VIRTUAL_CLOCK_UTC_S INT64_C(1735732800)

struct virtual_timer;

struct virtual_clock {
    struct clock base;
    int64_t now_ms;       /* may be written; only to grow */
    int64_t utc_origin_s; /* UTC where now_ms is 0 */
    int zone_quarters, daylight_hours;
    struct virtual_timer *timers; /* that were not freed, started or not */
};

/* Starts at VIRTUAL_CLOCK_UTC_S, zone 0. */
void virtual_clock_init(struct virtual_clock *clock);

/* What the engine is given; borrows `clock`. */
struct clock *virtual_clock_iface(struct virtual_clock *clock);

/* Sets the machine's UTC clock; the growing clock is not touched. */
void virtual_clock_set_utc(struct virtual_clock *clock, int64_t utc_s);

/* When the next timer is due, or CLOCK_NEVER. */
int64_t virtual_clock_deadline(const struct virtual_clock *clock);

/* Calls each timer that is due, the one that waits longest first, but none that is started
 * meanwhile; true when there was one. */
bool virtual_clock_step(struct virtual_clock *clock);

#endif
