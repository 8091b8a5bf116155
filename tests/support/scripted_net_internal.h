/* scripted_net_internal.h: what the files of the scripted network share. */
#ifndef SUPPORT_SCRIPTED_NET_INTERNAL_H
#define SUPPORT_SCRIPTED_NET_INTERNAL_H

#include "scripted_net.h"

/* Of iface/net.h. */
enum err scripted_resolve(struct net *net, const char *name, net_resolved_fn *on_resolved,
                          void *ctx, struct net_query **ret_query);
enum err scripted_echo_start(struct net *net, const struct net_echo *echo, net_echo_fn *on_echo,
                             void *ctx, struct net_query **ret_query);
enum err scripted_connect(struct net *net, const struct net_target *to, net_event_fn *on_event,
                          void *ctx, struct net_stream **ret_stream);
enum err scripted_listen(struct net *net, const struct net_address *at, uint16_t port,
                         net_accepted_fn *on_accepted, void *ctx,
                         struct net_listener **ret_listener, uint16_t *ret_port);

/* Call whoever is next; false when nobody is. */
bool scripted_step_queries(struct scripted_net *net);
bool scripted_step_streams(struct scripted_net *net); /* of this pass */

void scripted_free_stream(struct scripted_stream *stream);

#endif
