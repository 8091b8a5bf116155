/* clock.h: the machine's time as iface/clock.h. */
#ifndef POSIX_CLOCK_H
#define POSIX_CLOCK_H

#include "iface/clock.h"
#include "posix/loop.h"

struct posix_clock {
    struct clock base;
    struct posix_loop *loop;
};

/* Makes a clock whose timers run on `loop`, which it borrows; NULL for one that nobody asks for a
 * timer.  It needs no freeing. */
void posix_clock_init(struct posix_clock *clock, struct posix_loop *loop);

#endif
