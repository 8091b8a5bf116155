/* recordings.h: the files of --record: one of each modem. */
#ifndef DAEMON_RECORDINGS_H
#define DAEMON_RECORDINGS_H

#include "plan/modem_plan.h"
#include "recording.h"

/* All zero is none. */
struct recordings {
    struct recording **list; /* one for each plan of the start, in their order, then those behind;
                              * NULL: its modem has gone */
    char **paths;            /* of each: owned */
    size_t count;
    const char *path; /* with its variables; borrowed */
    uint32_t shard;
    int zone_quarters;
    const struct log *log; /* borrowed */
};

/* Begins a file for each plan: `path` with the values of its variables (plan_variables.h).  What
 * the plans point to, and `path`, is borrowed until recordings_close().  False: `ret_failure` says
 * in one line what is wrong, and nothing is open; files that were there may be empty. */
bool recordings_open(const char *path, const struct modem_plans *plans, uint32_t shard,
                     int zone_quarters, const struct log *log, struct port_failure *ret_failure,
                     struct recordings *ret_recordings);

/* The recording of the plan at `index`; NULL: there are none. */
struct recording *recordings_at(const struct recordings *recordings, size_t index);

/* Begins one more, of a modem that comes later.  `ret_recording` NULL: there are no recordings, or
 * the modem would have a file that another of this run has or had, which the log tells.  False:
 * `ret_failure` says in one line what is wrong. */
bool recordings_add(struct recordings *recordings, const struct modem_plan *plan,
                    struct port_failure *ret_failure, struct recording **ret_recording);

/* Ends one, after its modem, or `never_was` one: then another may have its file.  NULL is nothing.
 */
void recordings_end(struct recordings *recordings, struct recording *recording, bool never_was);

/* Ends the files, after the modems; of a zeroed one nothing. */
void recordings_close(struct recordings *recordings);

#endif
