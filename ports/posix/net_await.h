/* net_await.h: listening for datagrams, of iface/net.h. */
#ifndef POSIX_NET_AWAIT_H
#define POSIX_NET_AWAIT_H

#include "iface/net.h"

/* net_listen_datagrams() of a network that is a `struct posix_net`. */
enum err posix_listen_datagrams(struct net *net, const struct net_address *at, uint16_t port,
                                net_accepted_fn *on_accepted, void *ctx,
                                struct net_listener **ret_listener, uint16_t *ret_port);

#endif
