/* misbehaviour.h: ways in which a server fails before TLS is up. */
#ifndef DAEMON_CHECK_MISBEHAVIOUR_H
#define DAEMON_CHECK_MISBEHAVIOUR_H

#include "transcript/report.h"

#include <stdbool.h>

/* Whether there is a way of this name; false: `why` says which there are. */
bool misbehaviour_is_known(struct span way, struct report *why);

/* Goes wrong in this way, which is known, on a connection that a module has made.  `fd` stays open
 * and the caller's, but for a reset, after which it is -1.  False: the module has not done its
 * part, and `why` says what. */
bool misbehaviour_run(struct span way, int *fd, int64_t deadline_ms, struct report *why);

#endif
