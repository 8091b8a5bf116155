/* listening.h: the ports that a module's servers listen on, as its config says. */
#ifndef MODULE_LISTENING_H
#define MODULE_LISTENING_H

#include "iface/net.h"

struct tlsmodem;

/* Listens for a host that has asked for `port`, 1 to 65535; the log says where.  The errors of
 * net_listen(), ERR_BUSY where no port of the config's is free: the log has a line. */
enum err listening_open(struct tlsmodem *modem, enum net_transport transport, uint16_t port,
                        net_accepted_fn *on_accepted, void *ctx,
                        struct net_listener **ret_listener);

#endif
