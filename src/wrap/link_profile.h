/* link_profile.h: what a link is like, and its words. */
#ifndef WRAP_LINK_PROFILE_H
#define WRAP_LINK_PROFILE_H

#include "base/span.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* One direction. */
struct link_way {
    uint32_t kbit_s; /* 0: as fast as it goes */
    uint32_t delay_ms;
};

struct link_profile {
    struct link_way up, down; /* from the module, to the module */
};

/* Reads "down=236,up=118,rtt=600" (kbit/s, kbit/s, ms): each key once at most, in any order, at
 * least one.  False: `error` says what is wrong and what is allowed. */
bool link_profile_read(struct span words, struct link_profile *ret_profile, struct text *error);

#endif
