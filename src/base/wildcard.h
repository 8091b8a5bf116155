/* wildcard.h: patterns of which each * stands for anything. */
#ifndef BASE_WILDCARD_H
#define BASE_WILDCARD_H

#include "base/span.h"

#include <stdbool.h>

/* True when all of the text is as the pattern, in any case of ASCII letters. */
bool wildcard_fits(struct span pattern, struct span text);

#endif
