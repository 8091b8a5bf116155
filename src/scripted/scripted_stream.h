/* scripted_stream.h: the scripted network's connections and listening ports. */
#ifndef SCRIPTED_STREAM_H
#define SCRIPTED_STREAM_H

#include "scripted/scripted_state.h"

/* As `connect` of iface/net.h. */
enum err scripted_connect(struct net *net, const struct net_target *to, net_event_fn *on_event,
                          void *ctx, struct net_stream **ret_stream);

/* As `listen` of iface/net.h; the address is not looked at. */
enum err scripted_listen(struct net *net, const struct net_address *at, uint16_t port,
                         net_accepted_fn *on_accepted, void *ctx,
                         struct net_listener **ret_listener, uint16_t *ret_port);

/* The same of datagrams. */
enum err scripted_listen_datagrams(struct net *net, const struct net_address *at, uint16_t port,
                                   net_accepted_fn *on_accepted, void *ctx,
                                   struct net_listener **ret_listener, uint16_t *ret_port);

/* A peer connects from its port to one that the module listens on; false when it does not.  By UDP
 * it is noticed by what it sends then. */
bool scripted_net_call(struct scripted_peer *peer, const struct net_address *from, uint16_t port);

/* Calls the first stream of this pass that has something to say; false when none has. */
bool scripted_step_streams(struct scripted_net *net);

/* What is left of a stream when the network ends; it must be in no list. */
void scripted_free_stream(struct scripted_stream *stream);

#endif
