/* recordings.h: the files of --record: one of each modem of a run's start. */
#ifndef DAEMON_RECORDINGS_H
#define DAEMON_RECORDINGS_H

#include "plan/modem_plan.h"
#include "recording.h"

/* All zero is none. */
struct recordings {
    struct recording **list; /* one for each plan, in their order */
    size_t count;
};

/* Begins a file for each plan: `path` with the values of its variables (plan_variables.h).  What
 * the plans point to is borrowed until recordings_close().  False: `ret_failure` says in one line
 * what is wrong, and nothing is open; files that were there may be empty. */
bool recordings_open(const char *path, const struct modem_plans *plans, uint32_t shard,
                     int zone_quarters, const struct log *log, struct port_failure *ret_failure,
                     struct recordings *ret_recordings);

/* The recording of the plan at `index`; NULL: there are none. */
struct recording *recordings_at(const struct recordings *recordings, size_t index);

/* Ends the files, after the modems; of a zeroed one nothing. */
void recordings_close(struct recordings *recordings);

#endif
