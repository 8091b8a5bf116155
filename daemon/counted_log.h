/* counted_log.h: the program's log, in which a line that repeats is counted. */
#ifndef DAEMON_COUNTED_LOG_H
#define DAEMON_COUNTED_LOG_H

#include "base/log.h"
#include "base/log_repeats.h"
#include "iface/clock.h"

struct counted_log {
    struct log log; /* to be used instead of the one that it counts for */
    struct log_repeats repeats;
    struct clock *clock;
    struct clock_timer *timer; /* NULL: counts are told with the next line only */
};

/* Counts what is written to `counted->log` and gives it on to `log`, which is borrowed.  A trace is
 * a transcript, in which no line may be missing: where anything is traced, all lines are written.
 */
void counted_log_init(struct counted_log *counted, const struct log *log);

/* From now on counts are told when their time has come; a clock that can make no timer costs no
 * more than that.  `clock` outlives counted_log_end(). */
void counted_log_start(struct counted_log *counted, struct clock *clock);

/* Tells the last counts; lines may still come. */
void counted_log_end(struct counted_log *counted);

#endif
