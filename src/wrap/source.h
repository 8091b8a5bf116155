/* source.h: a network whose connections and echo requests come from one address of the
 * machine. */
#ifndef WRAP_SOURCE_H
#define WRAP_SOURCE_H

#include "iface/net.h"

/* Makes a network that is `inner`, but that its TCP and UDP connections and its echo requests come
 * from `source`; one to an address of another family is ERR_UNREACHABLE.  `inner` is borrowed until
 * source_close(). ERR_NO_MEMORY. */
enum err source_open(struct net *inner, const struct net_address *source, struct net **ret_net);

/* Frees it, after everything that was started on it has ended.  NULL is nothing. */
void source_close(struct net *net);

#endif
