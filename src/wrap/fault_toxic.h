/* fault_toxic.h: what faults of a connection add up to: rates and delays each way, and what may
 * pass. */
#ifndef WRAP_FAULT_TOXIC_H
#define WRAP_FAULT_TOXIC_H

#include "wrap/fault_set.h"
#include "wrap/link_lane.h"

/* One fault that strikes a connection. */
struct fault_toxic {
    struct fault_toxic *next;
    uint32_t number; /* in its set */
    struct fault fault;
    uint64_t passed;  /* bytes, while it was active */
    int64_t since_ms; /* since when it is; CLOCK_NEVER: it is not */
};

/* Whether it holds bytes up on their way, and does not only end the connection. */
bool fault_toxic_delays(const struct fault_toxic *toxic);

/* Makes a lane what the active ones of a list do to bytes of `stream`, in front of one that is as
 * fast as it goes. */
void fault_toxics_lane(const struct fault_toxic *list, enum fault_stream stream,
                       struct link_lane *lane);

/* How many bytes of `stream` may pass at this moment; SIZE_MAX: all. */
size_t fault_toxics_room(const struct fault_toxic *list, enum fault_stream stream);

/* So many bytes of `stream` have passed. */
void fault_toxics_pass(struct fault_toxic *list, enum fault_stream stream, size_t bytes);

/* By how many ms the end of a connection is later. */
uint32_t fault_toxics_end_delay(const struct fault_toxic *list, enum fault_stream stream);

/* When the connection ends by one of them: CLOCK_NEVER, or a time that may be over; `ret_end` is
 * what receiving says then: 0, or -ERR_RESET. */
int64_t fault_toxics_end(const struct fault_toxic *list, ptrdiff_t *ret_end);

#endif
