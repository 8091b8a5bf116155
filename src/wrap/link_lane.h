/* link_lane.h: one direction of a link at work; all its streams share it. */
#ifndef WRAP_LINK_LANE_H
#define WRAP_LINK_LANE_H

#include "wrap/link_profile.h"

#include <stdbool.h>
#include <stddef.h>

/* Pieces that bytes are cut into; zeroed: none. */
struct link_slice {
    uint32_t bytes, variation; /* of each, and by how many of them more or less */
    uint32_t pause_us;         /* behind each */
};

struct link_lane {
    struct link_way way;
    struct link_slice slice;
    uint32_t seed;   /* of what chance decides */
    int64_t free_us; /* until then it sends what it was given before */
};

/* Gives it bytes, behind all that it was given before, at `now_ms`; returns the time at which the
 * last of them arrives, in ms of the same clock, to the nearest, as far as chance has no part in
 * it. */
int64_t link_lane_pass(struct link_lane *lane, int64_t now_ms, size_t bytes);

/* By how many ms more the packet `number` is late: by jitter, and, where `resent`, by being lost
 * and sent again as TCP does (RFC 6298). */
int64_t link_lane_chance(const struct link_lane *lane, uint64_t number, bool resent);

/* How many bytes the piece has that begins with byte `at` of a connection; 0: there are none. */
size_t link_lane_slice(const struct link_lane *lane, uint64_t at);

/* Whether the datagram `number` is lost. */
bool link_lane_loses(const struct link_lane *lane, uint64_t number);

/* How many bytes of memory one stream may fill before it takes no more: what the rate and the delay
 * hold, and a quarter of a second more, of that 512 kB at most; 4 kB at least. */
size_t link_lane_window(const struct link_lane *lane);

#endif
