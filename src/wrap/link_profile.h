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
    uint32_t jitter_ms; /* each packet takes up to so much longer, in order all the same */
    uint32_t loss_ppm;  /* so many of a million packets are lost */
};

struct link_profile {
    struct link_way up, down; /* from the module, to the module */
};

/* A link that is known by name. */
struct link_known {
    const char *name, *words;
    const char *source; /* the public table that it is from */
};

/* Those there are, one for each index from 0; NULL past the end.  Static. */
const struct link_known *link_known_at(size_t index);

/* Reads "down=236,up=118,rtt=600,jitter=50,loss=0.5" (kbit/s, kbit/s, ms, ms, per cent): each key
 * once at most, in any order, at least one; or the name of one that is known, perhaps with keys
 * behind it which replace its own.  False: `error` says what is wrong and what is allowed. */
bool link_profile_read(struct span words, struct link_profile *ret_profile, struct text *error);

#endif
