/* net_listen.h: listening, of iface/net.h. */
#ifndef POSIX_NET_LISTEN_H
#define POSIX_NET_LISTEN_H

#include "iface/net.h"

/* net_listen() of a network that is a `struct posix_net`. */
enum err posix_listen(struct net *net, const struct net_address *at, uint16_t port,
                      net_accepted_fn *on_accepted, void *ctx, struct net_listener **ret_listener,
                      uint16_t *ret_port);

#endif
