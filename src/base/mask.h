/* mask.h: secrets in addresses that hosts type, and servers say, before anybody reads them. */
#ifndef BASE_MASK_H
#define BASE_MASK_H

#include "base/span.h"

/* User name and password of each URL in a text, also of one without a scheme in quotes, and a
 * password whose host was cut off (RFC 3986 §3.2.1): in order, none empty.  Returns how many are in
 * `list`, at most `cap`. */
size_t mask_find(struct span text, struct span *list, size_t cap);

/* Puts `*` in place of each of them, in a text with an end; the text gets no longer. */
void mask_urls(char *text);

#endif
