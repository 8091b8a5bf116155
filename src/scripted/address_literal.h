/* address_literal.h: IPv4 and IPv6 addresses as text, without asking an operating system. */
#ifndef SCRIPTED_ADDRESS_LITERAL_H
#define SCRIPTED_ADDRESS_LITERAL_H

#include "iface/net.h"

#include <stdbool.h>

/* True when `text` is an address (RFC 4291 2.2 without a dotted tail, no scope). */
bool address_literal(const char *text, struct net_address *ret_address);

#endif
