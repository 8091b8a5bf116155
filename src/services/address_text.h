/* address_text.h: addresses as hosts read them. */
#ifndef SERVICES_ADDRESS_TEXT_H
#define SERVICES_ADDRESS_TEXT_H

#include "iface/net.h"

#include <stdbool.h>

enum { ADDRESS_TEXT_MAX = 46 }; /* with its end */

/* Dotted decimal, or RFC 5952 without its dotted tails. */
void address_text(const struct net_address *address, char text[ADDRESS_TEXT_MAX]);

/* True when `text` is an IPv4 address in dotted decimal and nothing else; `ret_address` (may be
 * NULL) is it. */
bool address_read_dotted(const char *text, struct net_address *ret_address);

#endif
