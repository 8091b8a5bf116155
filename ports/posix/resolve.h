/* resolve.h: host names to addresses, for net.c. */
#ifndef POSIX_RESOLVE_H
#define POSIX_RESOLVE_H

#include "iface/net.h"
#include "posix/loop.h"

/* net_resolve() of iface/net.h on `loop`.  A name that can be none (empty, too long,
 * with odd characters) is ERR_RESOLVE at once; else ERR_NO_MEMORY. */
enum err posix_resolve(struct posix_loop *loop, const char *name, net_resolved_fn *on_resolved,
                       void *ctx, struct net_query **ret_query);

#endif
