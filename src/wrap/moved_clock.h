/* moved_clock.h: a clock that can be put on: whoever lives by it then lives through all that time
 * at once, timer by timer. */
#ifndef WRAP_MOVED_CLOCK_H
#define WRAP_MOVED_CLOCK_H

#include "iface/clock.h"

#include <stdatomic.h>
#include <stdbool.h>

struct moved_timer;

/* The caller's; its members are of this header's functions. */
struct moved_clock {
    struct clock base;
    _Atomic int64_t ahead_ms;
    struct moved_timer *first; /* those that run */
};

/* Makes one that shows the time of `inner`, which is borrowed for as long as it is used. */
void moved_clock_init(struct moved_clock *clock, struct clock *inner);

/* Puts it on by `ms`, 0 or more, from the loop's thread and not from inside a timer's function:
 * timers whose time that brings are called here, each at its own moment, in order. */
void moved_clock_advance(struct moved_clock *clock, int64_t ms);

/* By how much it was put on in all.  Any thread. */
int64_t moved_clock_ahead_ms(const struct moved_clock *clock);

#endif
