/* variable.h: finds the variables of a transcript's text: those of base/pattern.h, and those that a
 * play makes (made.h), whose name is all that stands between the braces.  What looks like one and
 * is none is text.
 */
#ifndef TRANSCRIPT_VARIABLE_H
#define TRANSCRIPT_VARIABLE_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum { VARIABLE_NAME_MAX = 64 };

struct variable {
    struct span name;
    uint32_t digits; /* at least so many, where the pattern says so; else 0 */
    size_t len;      /* of all of it, from $ to } */
};

/* Where the first one begins that no backslash stands before; the length of `text` when there is
 * none. */
size_t variable_find(struct span text, struct variable *ret_variable);

/* True for a name that a variable can have, of at most VARIABLE_NAME_MAX bytes. */
bool variable_is_name(struct span text);

#endif
