/* address_words.h: addresses as text, for rules: no names, no zones, no short forms. */
#ifndef WRAP_ADDRESS_WORDS_H
#define WRAP_ADDRESS_WORDS_H

#include "base/span.h"
#include "base/text.h"
#include "iface/net.h"

#include <stdbool.h>

/* Reads dotted decimal, or an IPv6 address as RFC 4291 2.2 has it, without brackets.  False: it is
 * neither. */
bool address_words_read(struct span words, struct net_address *ret_address);

/* True when it can be no host's name, and so asks nobody: it has a colon, or nothing but digits and
 * dots. */
bool address_words_may_be(const char *name);

/* Appends it, an IPv6 address without its zeros left out. */
void address_words_add(struct text *text, const struct net_address *address);

#endif
