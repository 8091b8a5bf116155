/* source.h: a network whose connections and echo requests come from one address of the
 * machine, or one of each family. */
#ifndef WRAP_SOURCE_H
#define WRAP_SOURCE_H

#include "iface/net.h"

/* Makes a network that is `inner`, but that its TCP and UDP connections and its echo requests come
 * from `source`; one to an address of another family is ERR_UNREACHABLE.  NULL: from nowhere, until
 * source_move().  `inner` is borrowed until source_close().  ERR_NO_MEMORY. */
enum err source_open(struct net *inner, const struct net_address *source, struct net **ret_net);

/* From now on what is started comes from these, at most one of each family, which are copied; what
 * goes to another family is ERR_UNREACHABLE.  What is under way stays as it is. */
void source_move(struct net *net, const struct net_address *list, size_t count);

/* Frees it, after everything that was started on it has ended.  NULL is nothing. */
void source_close(struct net *net);

#endif
