/* clock.h: what the engine is told about time. */
#ifndef IFACE_CLOCK_H
#define IFACE_CLOCK_H

#include "base/time.h"

struct clock_ops {
    /* Milliseconds that only grow; their origin means nothing. */
    int64_t (*now_ms)(void *ctx);
    /* Seconds since 1970-01-01T00:00:00Z as the machine believes. */
    int64_t (*utc_s)(void *ctx);
    /* Offset of the machine's local time from UTC in quarters of an hour, -48 to +56. */
    int (*zone_quarters)(void *ctx);
};

struct clock {
    const struct clock_ops *ops;
    void *ctx;
};

#endif
