/* barrier.h: the moment when the hosts of a run begin, the same for all its shards (--start-at).
 *
 * Everything happens in the master's thread of the fleet.
 */
#ifndef DAEMON_BARRIER_H
#define DAEMON_BARRIER_H

#include "base/log.h"
#include "iface/clock.h"

#include <stdint.h>

/* Zeroed: nobody waits. */
struct barrier {
    struct clock_timer *timer;
    int64_t at_s;
    void (*begin)(void *ctx);
    void *ctx;
};

/* Calls `begin` at `at_s` seconds since 1970-01-01T00:00:00Z by the machine's clock; where that has
 * passed at once, inside, and the log says so.  ERR_NO_MEMORY. */
enum err barrier_wait(struct barrier *barrier, struct clock *clock, int64_t at_s,
                      void (*begin)(void *ctx), void *ctx, const struct log *log);

/* Nobody waits any more. */
void barrier_close(struct barrier *barrier);

#endif
