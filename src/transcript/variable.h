/* variable.h: finds `${name}` and `${name:04}` in a text. */
#ifndef TRANSCRIPT_VARIABLE_H
#define TRANSCRIPT_VARIABLE_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

struct variable {
    struct span name; /* letters, digits, underscores; not empty */
    uint32_t digits;  /* at least so many, 1 to 9, where the pattern says so; else 0 */
    size_t len;       /* of all of it, from $ to } */
};

/* Where the first one begins that no backslash stands before; the length of `text` when there is
 * none. */
size_t variable_find(struct span text, struct variable *ret_variable);

/* True for what a name is made of. */
bool variable_is_name(struct span text);

#endif
