/* net_await.h: listening for datagrams, of iface/net.h. */
#ifndef POSIX_NET_AWAIT_H
#define POSIX_NET_AWAIT_H

#include "iface/net.h"

/* net_listen_datagrams() of a network that is a `struct posix_net`.  Where nobody listens on a port
 * any more, but streams that came by it are open, it is listened on again beside them. */
enum err posix_listen_datagrams(struct net *net, const struct net_address *at, uint16_t port,
                                net_accepted_fn *on_accepted, void *ctx,
                                struct net_listener **ret_listener, uint16_t *ret_port);

/* net_connect() by such a listener, `to->by`.  ERR_UNREACHABLE for an address of another family,
 * ERR_NO_MEMORY. */
enum err posix_connect_by(const struct net_target *to, net_event_fn *on_event, void *ctx,
                          struct net_stream **ret_stream);

#endif
