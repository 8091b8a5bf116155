/* link_lane.h: one direction of a link at work; all its streams share it. */
#ifndef WRAP_LINK_LANE_H
#define WRAP_LINK_LANE_H

#include "wrap/link_profile.h"

#include <stddef.h>

struct link_lane {
    struct link_way way;
    int64_t free_us; /* until then it sends what it was given before */
};

/* Gives it bytes, behind all that it was given before, at `now_ms`; returns the time at which the
 * last of them arrives, in ms of the same clock. */
int64_t link_lane_pass(struct link_lane *lane, int64_t now_ms, size_t bytes);

/* How many bytes of memory one stream may fill before it takes no more: what the rate and the delay
 * hold, and a quarter of a second more, within bounds. */
size_t link_lane_window(const struct link_lane *lane);

#endif
