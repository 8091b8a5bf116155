/* address_option.h: an address with something behind its colon, as options take it. */
#ifndef DAEMON_ADDRESS_OPTION_H
#define DAEMON_ADDRESS_OPTION_H

#include "iface/net.h"

#include <stdbool.h>

/* Reads ADDR or ADDR:REST; the colons of an IPv6 address are no end of it unless it is in brackets.
 * `ret_rest` is what stands behind, in `value`; NULL: nothing.  False: neither. */
bool address_option_read(const char *value, struct net_address *ret_address, const char **ret_rest);

#endif
