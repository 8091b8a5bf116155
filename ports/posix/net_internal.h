/* net_internal.h: what the files of the network share. */
#ifndef POSIX_NET_INTERNAL_H
#define POSIX_NET_INTERNAL_H

#include "iface/net.h"
#include "posix/linger.h"
#include "posix/loop.h"

struct udp_port;

struct posix_net {
    struct net base;
    struct posix_loop *loop;
    struct linger_list lingering;
    struct udp_port *unheard; /* nobody listens on these any more, but their streams are there */
};

#endif
