/* host_fail.h: a host whose transcript came out otherwise. */
#ifndef HOST_HOST_FAIL_H
#define HOST_HOST_FAIL_H

#include "host/host_state.h"

/* How a line fails a host that has awaited another. */
enum host_reason host_reason_of(struct span line);

/* Tells it, and does what the crowd's rule says: the host pauses, or is done.  `wanted` is what was
 * awaited, `came` what came instead; empty: nothing that can be said. */
void host_fail(struct host *host, enum host_reason reason, struct span wanted, struct span came);

/* A pause goes on; true: it is over, and the host is at a step. */
bool host_pause(struct host *host);

#endif
