/* host_turn.h: how a step of a host goes on. */
#ifndef HOST_HOST_TURN_H
#define HOST_HOST_TURN_H

#include "host/host_fail.h"

enum host_turn {
    HOST_WAITS,  /* for what comes, or for the deadline */
    HOST_NEXT,   /* it is done */
    HOST_JUMPED, /* the host is at another step than the next one */
    HOST_FAILED  /* and host_fail() was told */
};

/* host_fail(), as a turn. */
static inline enum host_turn host_turn_fail(struct host *host, enum host_reason reason,
                                            struct span wanted, struct span came)
{
    host_fail(host, reason, wanted, came);
    return HOST_FAILED;
}

#endif
