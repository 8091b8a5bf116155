/* net_source.h: where a socket's packets come from. */
#ifndef POSIX_NET_SOURCE_H
#define POSIX_NET_SOURCE_H

#include "iface/net.h"

/* Binds the socket `fd` to `source` and the local `port` (0: any), and to the interface of its
 * scope, so that the route is that one's; where the kernel lets only an administrator do that
 * (Linux before 5.7), the address alone decides.  False: errno says why. */
bool net_source_take(int fd, const struct net_address *source, uint16_t port);

#endif
