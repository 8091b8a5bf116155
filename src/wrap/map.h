/* map.h: servers that stand in for others: a host dials the old one and comes to the new one.
 *
 * A mapped host has an address of this wrapper's own, of 198.18.0.0/15 (RFC 2544), which modules
 * show; when a connection goes there, the new host is looked up.  What the host has typed is what
 * TLS asks the server for.  Ports of a mapped host that no rule has are still the old host's.
 */
#ifndef WRAP_MAP_H
#define WRAP_MAP_H

#include "wrap/wrapper.h"

/* By words, those of map_rules.h. */
extern const struct wrapper map_wrapper;

#endif
