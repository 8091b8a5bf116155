/* link_lane.c: when bytes arrive. */
#include "wrap/link_lane.h"

#include "base/fault.h"

enum {
    US_PER_MS = 1000,
    BITS = 8,
    QUEUE_MS = 250,
    WINDOW_MIN = 4096,
    UNLIMITED_MAX = 65536,
    QUEUE_MAX = 524288,
    WINDOW_MAX = 4194304
};

/* RFC 6298: the first wait is a second at least, and each that follows is twice as long. */
enum { RESEND_MS = 1000, ATTEMPTS_MAX = 6 };

int64_t link_lane_pass(struct link_lane *lane, int64_t now_ms, size_t bytes)
{
    if (lane->free_us < now_ms * US_PER_MS)
        lane->free_us = now_ms * US_PER_MS;
    if (lane->way.kbit_s > 0)
        lane->free_us += (int64_t)bytes * BITS * US_PER_MS / lane->way.kbit_s;
    if (bytes > 0)
        lane->free_us += lane->slice.pause_us;
    return (lane->free_us + US_PER_MS / 2) / US_PER_MS + lane->way.delay_ms;
}

/* Of a sequence for each purpose: a packet's jitter, and the fate of each of its attempts. */
static uint64_t draw(const struct link_lane *lane, uint64_t number, uint64_t purpose)
{
    return fault_draw(lane->seed, number * (ATTEMPTS_MAX + 1) + purpose) >> 32;
}

static bool is_lost(const struct link_lane *lane, uint64_t number, uint64_t attempt)
{
    return (draw(lane, number, attempt + 1) * FAULT_CERTAIN >> 32) < lane->way.loss_ppm;
}

int64_t link_lane_chance(const struct link_lane *lane, uint64_t number, bool resent)
{
    int64_t late_ms = 0, wait_ms = 2 * (int64_t)lane->way.delay_ms;

    if (lane->way.jitter_ms > 0)
        late_ms = (int64_t)(draw(lane, number, 0) * (lane->way.jitter_ms + UINT64_C(1)) >> 32);
    if (wait_ms < RESEND_MS)
        wait_ms = RESEND_MS;
    for (uint64_t i = 0; i < ATTEMPTS_MAX && resent && is_lost(lane, number, i); i++) {
        late_ms += wait_ms;
        wait_ms *= 2;
    }
    return late_ms;
}

size_t link_lane_slice(const struct link_lane *lane, uint64_t at)
{
    const struct link_slice *slice = &lane->slice;
    uint32_t below = slice->variation < slice->bytes ? slice->variation : slice->bytes - 1;

    if (slice->bytes == 0)
        return 0;
    return slice->bytes - below + (size_t)(draw(lane, at, 0) * (2 * (uint64_t)below + 1) >> 32);
}

bool link_lane_loses(const struct link_lane *lane, uint64_t number)
{
    return is_lost(lane, number, 0);
}

size_t link_lane_window(const struct link_lane *lane)
{
    uint64_t rate = lane->way.kbit_s;
    uint64_t on_air = rate * (lane->way.delay_ms + (uint64_t)lane->way.jitter_ms) / BITS;
    uint64_t queued = rate * QUEUE_MS / BITS;

    if (rate == 0)
        return UNLIMITED_MAX;
    if (queued > QUEUE_MAX)
        queued = QUEUE_MAX;
    if (on_air + queued > WINDOW_MAX)
        return WINDOW_MAX;
    return on_air + queued < WINDOW_MIN ? WINDOW_MIN : (size_t)(on_air + queued);
}
