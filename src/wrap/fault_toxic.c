/* fault_toxic.c: what faults of a connection add up to. */
#include "wrap/fault_toxic.h"

#include "base/time.h"

enum { BITS = 8 };

/* Places of attributes. */
enum {
    TOXIC_LATENCY = 0,
    TOXIC_JITTER = 1,
    TOXIC_RATE = 0,
    TOXIC_TIME = 0,  /* of slow_close, timeout and reset_peer */
    TOXIC_LIMIT = 0, /* of limit_data */
    TOXIC_BYTES = 1, /* of reset_peer */
    TOXIC_SIZE = 0,
    TOXIC_VARIATION = 1,
    TOXIC_PAUSE = 2
};

static bool is_active(const struct fault_toxic *toxic)
{
    return toxic->since_ms != CLOCK_NEVER;
}

static bool acts_on(const struct fault_toxic *toxic, enum fault_stream stream)
{
    return is_active(toxic) && toxic->fault.stream == stream;
}

bool fault_toxic_delays(const struct fault_toxic *toxic)
{
    return toxic->fault.type == FAULT_LATENCY || toxic->fault.type == FAULT_BANDWIDTH ||
           toxic->fault.type == FAULT_SLICER;
}

void fault_toxics_lane(const struct fault_toxic *list, enum fault_stream stream,
                       struct link_lane *lane)
{
    struct link_way *way = &lane->way;

    *way = (struct link_way){ 0 };
    lane->slice = (struct link_slice){ 0 };
    for (; list != NULL; list = list->next) {
        const int32_t *attributes = list->fault.attributes;

        if (!acts_on(list, stream))
            continue;
        switch (list->fault.type) {
        case FAULT_LATENCY:
            way->delay_ms += (uint32_t)attributes[TOXIC_LATENCY];
            way->jitter_ms += (uint32_t)attributes[TOXIC_JITTER];
            lane->seed = list->fault.seed;
            break;
        case FAULT_BANDWIDTH:
            if (way->kbit_s == 0 || way->kbit_s > (uint32_t)attributes[TOXIC_RATE] * BITS)
                way->kbit_s = (uint32_t)attributes[TOXIC_RATE] * BITS;
            break;
        case FAULT_SLICER:
            lane->slice = (struct link_slice){ (uint32_t)attributes[TOXIC_SIZE],
                                               (uint32_t)attributes[TOXIC_VARIATION],
                                               (uint32_t)attributes[TOXIC_PAUSE] };
            lane->seed = list->fault.seed;
            break;
        default:
            break;
        }
    }
}

/* How many bytes a fault lets pass before it ends the connection; 0: it counts none. */
static bool counts_bytes(const struct fault_toxic *toxic, uint64_t *ret_limit)
{
    const int32_t *attributes = toxic->fault.attributes;

    if (toxic->fault.type == FAULT_LIMIT_DATA)
        *ret_limit = (uint64_t)attributes[TOXIC_LIMIT];
    else if (toxic->fault.type == FAULT_RESET_PEER && attributes[TOXIC_BYTES] > 0)
        *ret_limit = (uint64_t)attributes[TOXIC_BYTES];
    else
        return false;
    return true;
}

size_t fault_toxics_room(const struct fault_toxic *list, enum fault_stream stream)
{
    size_t room = SIZE_MAX;
    uint64_t limit;

    for (; list != NULL; list = list->next) {
        if (!acts_on(list, stream))
            continue;
        if (list->fault.type == FAULT_TIMEOUT)
            return 0;
        if (counts_bytes(list, &limit) && limit - list->passed < room)
            room = (size_t)(limit - list->passed); /* no more than that has passed */
    }
    return room;
}

void fault_toxics_pass(struct fault_toxic *list, enum fault_stream stream, size_t bytes)
{
    for (; list != NULL; list = list->next) {
        if (acts_on(list, stream))
            list->passed += bytes;
    }
}

uint32_t fault_toxics_end_delay(const struct fault_toxic *list, enum fault_stream stream)
{
    uint32_t delay_ms = 0;

    for (; list != NULL; list = list->next) {
        if (acts_on(list, stream) && list->fault.type == FAULT_SLOW_CLOSE)
            delay_ms += (uint32_t)list->fault.attributes[TOXIC_TIME];
    }
    return delay_ms;
}

static int64_t end_of(const struct fault_toxic *toxic)
{
    int64_t time_ms = toxic->fault.attributes[TOXIC_TIME];
    uint64_t limit = 0;

    if (!is_active(toxic) || (counts_bytes(toxic, &limit) && toxic->passed < limit))
        return CLOCK_NEVER;
    switch (toxic->fault.type) {
    case FAULT_LIMIT_DATA:
        return toxic->since_ms;
    case FAULT_RESET_PEER:
        return toxic->since_ms + time_ms;
    case FAULT_TIMEOUT:
        return time_ms > 0 ? toxic->since_ms + time_ms : CLOCK_NEVER;
    default:
        return CLOCK_NEVER;
    }
}

int64_t fault_toxics_end(const struct fault_toxic *list, ptrdiff_t *ret_end)
{
    int64_t first_ms = CLOCK_NEVER;

    for (; list != NULL; list = list->next) {
        int64_t end_ms = end_of(list);

        if (end_ms >= first_ms)
            continue;
        first_ms = end_ms;
        *ret_end = list->fault.type == FAULT_RESET_PEER ? -ERR_RESET : 0;
    }
    return first_ms;
}
