/* number.h: reading numbers that strangers wrote. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* True when all of `digits` is a decimal number from 0 to INT32_MAX (at least one digit). */
bool number_parse(struct span digits, int32_t *ret_value);

/* True when `value` lies in `set`, a list such as "0-2,7,10-12" of our own tables: numbers from 0
 * to INT32_MAX and nothing else. */
bool number_in_set(int32_t value, const char *set);

#endif
