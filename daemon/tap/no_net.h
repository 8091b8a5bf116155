/* no_net.h: a network that reaches nobody, for modems that are only asked what they would hear. */
#ifndef DAEMON_TAP_NO_NET_H
#define DAEMON_TAP_NO_NET_H

#include "iface/net.h"

/* The same for all.  Static. */
struct net *no_net(void);

#endif
