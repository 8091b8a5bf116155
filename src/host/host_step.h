/* host_step.h: a host at a step of its transcript. */
#ifndef HOST_HOST_STEP_H
#define HOST_HOST_STEP_H

#include "host/host_state.h"

/* Begins the step that the host is at, or goes on with it: what has come counts, and the time.
 * False: it waits; else the host is at another step, pauses, or is done. */
bool host_step(struct host *host);

#endif
