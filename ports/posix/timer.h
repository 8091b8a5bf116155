/* timer.h: being called when a time has come. */
#ifndef POSIX_TIMER_H
#define POSIX_TIMER_H

#include "posix/loop.h"

#include <stdint.h>

struct posix_timer;

/* Makes a timer that is not set.  ERR_NO_MEMORY.  Free it before the loop. */
enum err posix_timer_new(struct posix_loop *loop, void (*on_time)(void *ctx), void *ctx,
                         struct posix_timer **ret_timer);

/* Calls on_time() once, from the loop, when posix_now_ms() reaches `deadline_ms`; CLOCK_NEVER: not
 * at all.  Replaces what was set before. */
void posix_timer_at(struct posix_timer *timer, int64_t deadline_ms);

/* The same, `delay_ms` from now. */
void posix_timer_in(struct posix_timer *timer, int64_t delay_ms);

/* No call comes after this.  NULL is nothing. */
void posix_timer_free(struct posix_timer *timer);

#endif
