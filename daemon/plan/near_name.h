/* near_name.h: how far a word is from a name that it may have meant. */
#ifndef DAEMON_NEAR_NAME_H
#define DAEMON_NEAR_NAME_H

#include "base/span.h"

#include <stddef.h>

enum { NEAR_NAME_MAX = 40 }; /* bytes of a name */

/* The fewest letters to change, add, drop or swap with their neighbour to make one of the other
 * (optimal string alignment), capital or small; both at most NEAR_NAME_MAX bytes long. */
size_t near_name_distance(struct span a, struct span b);

/* How many mistakes in a word of `len` bytes leave it one. */
size_t near_name_limit(size_t len);

#endif
