/* host.h: a host that plays a transcript on a modem's port, in the modem's own loop.
 *
 * It types, listens and compares as transcripts say, against whatever network the modem has.  What
 * differs from a play by `check`: a line that comes before the one that is awaited is put aside for
 * a later step, unless it is a result or the same word with another value; `peer` lines say nothing
 * to it; a `repeat` without a number has no end.  After an error it does what its crowd's rule
 * says.
 *
 * What several hosts share, the crowd, is only read.  Everything happens in the thread of the loop,
 * and from the loop: nothing inside of host_begin() but what is taken from the port.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "host/host_config.h"

struct host;

/* Begins one.  ERR_NO_MEMORY, and the errors of clock_new_timer(). */
enum err host_begin(const struct host_config *config, struct host **ret_host);

/* To be attached to the port, at once. */
struct channel *host_channel(struct host *host);

/* Frees it, in any state, after its channel is detached; not from inside of its callbacks.  NULL is
 * nothing. */
void host_end(struct host *host);

#endif
