/* net.h: iface/net.h on the machine's sockets.  It knows addresses; names are for what stands in
 * front of it. */
#ifndef POSIX_NET_H
#define POSIX_NET_H

#include "iface/net.h"
#include "posix/loop.h"

/* Makes a network that works on `loop`, and to which a name is ERR_RESOLVE.  ERR_NO_MEMORY. */
enum err posix_net_open(struct posix_loop *loop, struct net **ret_net);

/* Frees it, after every query of it was cancelled and every stream and listener closed.
 * NULL is nothing. */
void posix_net_close(struct net *net);

#endif
