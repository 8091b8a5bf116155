/* ramp.h: how fast a crowd comes: so many a second, a minute or an hour. */
#ifndef HOST_RAMP_H
#define HOST_RAMP_H

#include "base/text.h"

/* All zero: all at once. */
struct ramp {
    uint32_t count;
    uint32_t per_ms;
};

/* Reads `100/s`, `30/min`, `500/h`.  False: `why` gets what is wrong and what is allowed. */
bool ramp_read(struct span text, struct ramp *ret_ramp, struct text *why);

/* When the one of this place, from 0, begins: milliseconds after the first. */
int64_t ramp_ms(const struct ramp *ramp, uint32_t order);

#endif
