/* values.h: variables with their values, which change as a script plays. */
#ifndef TRANSCRIPT_VALUES_H
#define TRANSCRIPT_VALUES_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

struct values_entry;

/* All zero is none. */
struct values {
    struct values_entry *entries; /* sorted by name */
    size_t count, cap;
};

enum { VALUES_MAX = 10000, VALUES_LEN_MAX = 16777216 };

/* Sets a variable, by copies of both.  ERR_FULL: VALUES_MAX are there, or the
 * value has more than VALUES_LEN_MAX bytes; ERR_NO_MEMORY: as before. */
enum err values_set(struct values *values, struct span name, struct span value);

/* The value of `name`, good until it is set again; false: there is none. */
bool values_find(const struct values *values, struct span name, struct span *ret_value);

/* The name at `index`, sorted, good until the next values_set(); an empty one past the end. */
struct span values_name_at(const struct values *values, size_t index);

/* Wipes and frees all of them. */
void values_free(struct values *values);

#endif
