/* timer.h: the loop's timers, as iface/clock.h has them. */
#ifndef POSIX_TIMER_H
#define POSIX_TIMER_H

#include "iface/clock.h"
#include "posix/loop.h"

/* clock_new_timer() of a clock on `loop`, for what has no clock.  ERR_NO_MEMORY.  Free it before
 * the loop. */
enum err posix_timer_new(struct posix_loop *loop, clock_time_fn *on_time, void *ctx,
                         struct clock_timer **ret_timer);

#endif
