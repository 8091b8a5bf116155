/* scripted_query.h: the scripted network's names and echo requests. */
#ifndef SCRIPTED_QUERY_H
#define SCRIPTED_QUERY_H

#include "scripted/scripted_state.h"

/* As `resolve` of iface/net.h. */
enum err scripted_resolve(struct net *net, const char *name, net_resolved_fn *on_resolved,
                          void *ctx, struct net_query **ret_query);

/* As `echo` of iface/net.h. */
enum err scripted_echo_start(struct net *net, const struct net_echo *echo, net_echo_fn *on_echo,
                             void *ctx, struct net_query **ret_query);

/* Answers the first query whose time has come; false when there is none. */
bool scripted_step_queries(struct scripted_net *net);

/* When the next callback is due that needs time to go on, or CLOCK_NEVER. */
int64_t scripted_net_deadline(const struct scripted_net *net);

#endif
