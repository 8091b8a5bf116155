/* confinement.h: what a run takes from itself once it has begun: system calls that it never makes.
 */
#ifndef DAEMON_CONFINEMENT_H
#define DAEMON_CONFINEMENT_H

#include "plan/modem_plan.h"
#include "posix/fd_watch.h"

/* Zeroed: everything is allowed. */
struct confinement {
    bool is_on, starts_programs;
    struct fd_watch *watch;
    const struct log *log;
};

/* What a run by these plans starts: programs (modem_plan_commands) leave the wider
 * filter.  Before confinement_begin(). */
void confinement_plan(struct confinement *confinement, const struct modem_plans *plans);

/* In the master's thread, when all threads are there and what only a start may open is open.
 * Without a filter of the kernel's the log (borrowed) says so.  Once in a process. */
void confinement_begin(struct confinement *confinement, struct posix_loop *loop,
                       const struct log *log);

/* False: these plans start programs, and the run may not any more. */
bool confinement_allows(const struct confinement *confinement, const struct modem_plans *plans);

/* Nothing is told any more; the calls stay refused.  Zeroed is nothing. */
void confinement_end(struct confinement *confinement);

#endif
