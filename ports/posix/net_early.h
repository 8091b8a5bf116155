/* net_early.h: a UDP stream with datagrams that had come before there was a socket for it. */
#ifndef POSIX_NET_EARLY_H
#define POSIX_NET_EARLY_H

#include "iface/net.h"
#include "posix/loop.h"

/* Stands around `inner`, a stream that is connected and that nobody is bound to, which it owns from
 * then on.  ERR_NO_MEMORY: `inner` stays the caller's. */
enum err net_early_new(struct posix_loop *loop, struct net_stream *inner,
                       struct net_stream **ret_stream);

/* One more of them, which is read before all that comes by `inner`; `len` is not 0.  False: no
 * memory. */
bool net_early_add(struct net_stream *stream, const void *data, size_t len);

#endif
