/* trial.h: one play of a transcript: by the engine, by a module at a port, or by this program. */
#ifndef DAEMON_CHECK_TRIAL_H
#define DAEMON_CHECK_TRIAL_H

#include "check/authority.h"
#include "check/files.h"
#include "check/options.h"
#include "transcript/play.h"

/* All borrowed during the call. */
struct trial {
    const struct check_options *options;
    struct test_authority *authority;
    const struct scenario *scenario; /* beside the hosts of the engine; NULL: none */
    const struct check_files *files; /* with what `reader` reads */
    const char *path;
    struct reader *reader;
    size_t model;       /* of its header: whose variables count */
    const char *module; /* that plays; where that is at a port, what the port says counts */
    unsigned *plays; /* with a module at a port before this one: what it said then is none of it */
};

/* Plays it where the options say, or leaves it out; the report says why where it did not come out
 * as written.  From any thread, a module at a port from one at a time. */
enum play_end trial_run(const struct trial *trial, struct report *report);

#endif
