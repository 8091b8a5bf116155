/* mask.h: secrets in addresses that hosts type, and servers say, before anybody reads them. */
#ifndef BASE_MASK_H
#define BASE_MASK_H

/* Puts `*` in place of user name and password of each URL in a text with an end, also of one
 * without a scheme in quotes, and of a password whose host was cut off (RFC 3986 §3.2.1).  The text
 * gets no longer. */
void mask_urls(char *text);

#endif
