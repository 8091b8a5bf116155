/* link_lane.c: when bytes arrive. */
#include "wrap/link_lane.h"

enum { US_PER_MS = 1000, BITS = 8, QUEUE_MS = 250, WINDOW_MIN = 4096, WINDOW_MAX = 65536 };

int64_t link_lane_pass(struct link_lane *lane, int64_t now_ms, size_t bytes)
{
    if (lane->free_us < now_ms * US_PER_MS)
        lane->free_us = now_ms * US_PER_MS;
    if (lane->way.kbit_s > 0)
        lane->free_us += (int64_t)bytes * BITS * US_PER_MS / lane->way.kbit_s;
    return (lane->free_us + US_PER_MS - 1) / US_PER_MS + lane->way.delay_ms;
}

size_t link_lane_window(const struct link_lane *lane)
{
    uint64_t bytes = (uint64_t)lane->way.kbit_s * (lane->way.delay_ms + QUEUE_MS) / BITS;

    if (lane->way.kbit_s == 0 || bytes > WINDOW_MAX)
        return WINDOW_MAX;
    return bytes < WINDOW_MIN ? WINDOW_MIN : (size_t)bytes;
}
