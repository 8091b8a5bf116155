/* made.h: values that a play makes: random ones, a count, the length of another value.
 *
 * ${random:16} is so many hexadecimal digits (1 to MADE_DIGITS_MAX), ${random:1-6} a number of
 * those, ${count} 1 and one more each time that it is asked for, ${length:NAME} how many bytes
 * ${NAME} has.  What is random depends on the seed and on how many were drawn before, on nothing
 * else.
 */
#ifndef TRANSCRIPT_MADE_H
#define TRANSCRIPT_MADE_H

#include "transcript/fill.h"

enum { MADE_DIGITS_MAX = 64, MADE_CAP = MADE_DIGITS_MAX + 1 };

/* All zero but for the seed is one that has made nothing. */
struct made {
    uint32_t seed;
    uint32_t count;
    uint64_t draws;
};

/* Whether a name of a variable, as it stands between ${ and }, is one of these; `ret_of` is the
 * NAME of a length, empty for others. */
bool made_is(struct span name, struct span *ret_of);

/* Why a name that begins as one of these is none, and what is allowed: static; NULL: it begins
 * otherwise, or is one. */
const char *made_mistake(struct span name);

/* The value of such a name, made in `memory` (MADE_CAP bytes), where `others` knows what has a
 * length. False: the name is another, or the length is of what nobody knows. */
bool made_find(struct made *made, struct span name, const struct fill_variables *others,
               char *memory, struct span *ret_value);

/* A number from `least` to `most`, each as likely. */
uint64_t made_draw(struct made *made, uint64_t least, uint64_t most);

/* `ms`, and up to `spread_ms` more or less, never below 0. */
int64_t made_spread(struct made *made, int64_t ms, uint32_t spread_ms);

#endif
