/* net_listen.h: the members listen() and unlisten() of iface/net.h. */
#ifndef POSIX_NET_LISTEN_H
#define POSIX_NET_LISTEN_H

#include "iface/net.h"

enum err net_listen(void *net, const struct net_address *at, uint16_t port,
                    net_accepted_fn *on_accepted, void *ctx, struct net_listener **ret_listener,
                    uint16_t *ret_port);
void net_unlisten(struct net_listener *listener);

#endif
