/* scripted_net_internal.h: what the files of the scripted network share. */
#ifndef SUPPORT_SCRIPTED_NET_INTERNAL_H
#define SUPPORT_SCRIPTED_NET_INTERNAL_H

#include "scripted_net.h"

/* Members of struct net_ops. */
enum err scripted_resolve(void *net, const char *name, net_resolved_fn *on_resolved, void *ctx,
                          struct net_query **ret_query);
enum err scripted_ask_echo(void *net, const struct net_echo *echo, net_echo_fn *on_echo, void *ctx,
                           struct net_query **ret_query);
void scripted_cancel(struct net_query *query);
enum err scripted_connect(void *net, const struct net_target *to, net_event_fn *on_event, void *ctx,
                          struct net_stream **ret_stream);
ptrdiff_t scripted_recv(struct net_stream *stream, void *buf, size_t cap);
ptrdiff_t scripted_send(struct net_stream *stream, const void *data, size_t len);
void scripted_want(struct net_stream *stream, unsigned events);
void scripted_keep_alive(struct net_stream *stream, const struct net_keep_alive *probes);
void scripted_close(struct net_stream *stream);
void scripted_bind(struct net_stream *stream, net_event_fn *on_event, void *ctx);
enum err scripted_local(const struct net_stream *stream, struct net_address *ret_address,
                        uint16_t *ret_port);
enum err scripted_start_listening(void *net, const struct net_address *at, uint16_t port,
                                  net_accepted_fn *on_accepted, void *ctx,
                                  struct net_listener **ret_listener, uint16_t *ret_port);
void scripted_unlisten(struct net_listener *listener);

/* Call whoever is next; false when nobody is. */
bool scripted_step_queries(struct scripted_net *net);
bool scripted_step_streams(struct scripted_net *net); /* of this pass */

void scripted_free_stream(struct net_stream *stream);

#endif
