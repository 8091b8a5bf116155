/* net_echo.h: echo requests, of iface/net.h. */
#ifndef POSIX_NET_ECHO_H
#define POSIX_NET_ECHO_H

#include "iface/net.h"

/* net_start_echo() of a network that is a `struct posix_net`. */
enum err posix_echo(struct net *net, const struct net_echo *echo, net_echo_fn *on_echo, void *ctx,
                    struct net_query **ret_query);

#endif
