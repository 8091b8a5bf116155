/* lookup.h: a name on its way to its addresses, with an end: what commands ask of a name server. */
#ifndef BRIDGE_LOOKUP_H
#define BRIDGE_LOOKUP_H

#include "services/connection.h"

/* One at a time; all zero: none yet. */
struct lookup {
    const struct connection_world *world;
    net_resolved_fn *on_done;
    void *ctx;               /* of on_done() */
    struct net_query *query; /* NULL: none is under way */
    int64_t until_ms;
};

/* Asks for the addresses of a host, of which at most `limit_ms` later on_done() tells, ERR_TIMEOUT
 * then; from the event loop or lookup_tick(), as the last thing, so that it may start another.  An
 * error means that nothing was started.  None may be under way. */
enum err lookup_start(struct lookup *lookup, const struct connection_world *world, const char *host,
                      int64_t limit_ms, net_resolved_fn *on_done, void *ctx);

/* True until on_done(). */
bool lookup_is_busy(const struct lookup *lookup);

/* Ends it, if one is under way, without a word. */
void lookup_cancel(struct lookup *lookup);

/* Of `count` > 0 addresses the one to print where one is printed: the first of IPv4, which is what
 * these modules' contexts have; else the first. */
const struct net_address *lookup_pick(const struct net_address *list, size_t count);

/* When lookup_tick() has something to do; CLOCK_NEVER. */
int64_t lookup_deadline(const struct lookup *lookup);

/* Gives it up when its time is over; nothing before the deadline. */
void lookup_tick(struct lookup *lookup);

#endif
