/* counted_log.h: the program's log, in which a line that repeats is counted. */
#ifndef DAEMON_COUNTED_LOG_H
#define DAEMON_COUNTED_LOG_H

#include "base/log.h"
#include "base/log_repeats.h"
#include "iface/clock.h"
#include "runtime/world.h"

#include <pthread.h>

struct counted_log {
    struct log log; /* to be used instead of the one that it counts for; from any thread */
    pthread_mutex_t lock;
    struct log_repeats repeats;   /* under the lock */
    struct runtime_world *master; /* NULL: nobody tells counts but the next line */
    struct letter letter;         /* to the master: a line is to be told some time */
    struct clock_timer *timer;    /* the master's; NULL: there is none */
};

/* Counts what is written to `counted->log` and gives it on to `log`, which is borrowed, in whole
 * lines of one thread at a time.  A trace is a transcript, in which no line may be missing: where
 * anything is traced, all lines are written.  `of_many`: a line says the same whichever modem's it
 * is (log_repeats_of_many()). */
void counted_log_init(struct counted_log *counted, const struct log *log, bool of_many);

/* From now on counts are told when their time has come, in the thread of `master`, which calls
 * this; a clock that can make no timer costs no more than that.  The world outlives
 * counted_log_end(). */
void counted_log_start(struct counted_log *counted, struct runtime_world *master);

/* Tells the counts as they are now, so that what is written next stands behind all of it. */
void counted_log_tell(struct counted_log *counted);

/* Tells the last counts, when only the master's thread is left; lines may still come from it. */
void counted_log_end(struct counted_log *counted);

/* No line may come any more. */
void counted_log_deinit(struct counted_log *counted);

#endif
