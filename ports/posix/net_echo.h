/* net_echo.h: the member echo() of iface/net.h. */
#ifndef POSIX_NET_ECHO_H
#define POSIX_NET_ECHO_H

#include "iface/net.h"

enum err net_echo_start(void *net, const struct net_echo *echo, net_echo_fn *on_echo, void *ctx,
                        struct net_query **ret_query);

#endif
