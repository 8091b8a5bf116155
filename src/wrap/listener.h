/* listener.h: ports that are listened on behind a wrapper: who comes in becomes a stream of the
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
    /* It listens from now on.  May be missing. */
    void (*begun)(struct net *net);
    /* It listens no more.  May be missing. */
    void (*ended)(struct net *net);
};

/* What a network begins with that listens by the two functions below. */
struct wrap_net {
    struct net base; /* around an `inner` one */
    const struct wrap_listener_ops *listening;
};

/* net_ops.listen of a `struct wrap_net`: net_listen() at what it stands around.  As that, and
 * ERR_NO_MEMORY. */
enum err wrap_listen(struct net *net, const struct net_address *at, uint16_t port,
                     net_accepted_fn *on_accepted, void *ctx, struct net_listener **ret_listener,
                     uint16_t *ret_port);

/* The same of UDP: net_ops.listen_datagrams. */
enum err wrap_listen_datagrams(struct net *net, const struct net_address *at, uint16_t port,
                               net_accepted_fn *on_accepted, void *ctx,
                               struct net_listener **ret_listener, uint16_t *ret_port);

/* As `to`, with its listener of `net`, if it has one, as the network inside knows it: what a
 * wrapper that listens by those two connects to inside. */
struct net_target wrap_target(const struct net *net, const struct net_target *to);

#endif
