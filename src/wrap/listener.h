/* listener.h: a port that is listened on behind a wrapper: who comes in becomes a stream of the
 * wrapper's.
 */
#ifndef WRAP_LISTENER_H
#define WRAP_LISTENER_H

#include "iface/net.h"

/* What a wrapper does; each is told the wrapper's network. */
struct wrap_listener_ops {
    /* The wrapper's stream around `inner`, which it owns then, of `from` and `port`; `own_port` is
     * the one that is listened on.  NULL: no memory, and `inner` is as it was. */
    struct net_stream *(*adopt)(struct net *net, struct net_stream *inner,
                                enum net_transport transport, const struct net_address *from,
                                uint16_t port, uint16_t own_port);
    /* The stream was handed over.  The listener may be gone.  May be missing. */
    void (*adopted)(struct net *net);
    /* It listens no more.  May be missing. */
    void (*ended)(struct net *net);
};

/* net_listen(), or of UDP net_listen_datagrams(), at what `net` stands around; `ops` is borrowed
 * until net_unlisten().  As that, and ERR_NO_MEMORY. */
enum err wrap_listen(struct net *net, const struct wrap_listener_ops *ops,
                     enum net_transport transport, const struct net_address *at, uint16_t port,
                     net_accepted_fn *on_accepted, void *ctx, struct net_listener **ret_listener,
                     uint16_t *ret_port);

#endif
