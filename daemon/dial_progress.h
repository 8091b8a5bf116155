/* dial_progress.h: on a terminal, how far the sockets of all modems are that take longer than a
 * second to connect, TLS with it. */
#ifndef DAEMON_DIAL_PROGRESS_H
#define DAEMON_DIAL_PROGRESS_H

#include "progress.h"
#include "runtime/fleet.h"

/* Looks now and then; zeroed it does nothing. */
struct dial_progress {
    const struct fleet *fleet;
    size_t threads;
    struct clock_timer *timer;
    size_t under_way, done; /* when it looked last, and since there was none under way */
    struct progress progress;
};

/* Begins to look at a fleet of so many threads, which counts what its modems do, in the master's
 * thread.  Without memory there is nothing to see. */
void dial_progress_start(struct dial_progress *progress, struct fleet *fleet, size_t threads);

/* Ends it, before the fleet is halted. */
void dial_progress_stop(struct dial_progress *progress);

#endif
