/* recording.h: the file of --record. */
#ifndef DAEMON_RECORDING_H
#define DAEMON_RECORDING_H

#include "laboratory/watch.h"
#include "plan/modem_plan.h"
#include "posix/port_failure.h"
#include "transcript/recorder.h"

struct recording;

/* Begins the file at `path`, which is for its owner alone and replaces one that was there, with the
 * header of what this modem is; what the plan points to is borrowed.  ERR_IO, ERR_NO_MEMORY:
 * `ret_failure` has the reason. */
enum err recording_open(const char *path, const struct modem_plan *plan, int zone_quarters,
                        const struct log *log, struct port_failure *ret_failure,
                        struct recording **ret_recording);

/* Who looks on at the modem and writes it, until recording_close(). */
const struct runtime_taps *recording_taps(const struct recording *recording);

/* Who writes it, to be told of what the world does; in the modem's thread. */
struct recorder *recording_recorder(const struct recording *recording);

/* The same for what control does. */
const struct lab_watch *recording_watch(const struct recording *recording);

/* Ends the file, after the modem.  NULL is nothing. */
void recording_close(struct recording *recording);

#endif
