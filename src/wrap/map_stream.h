/* map_stream.h: a connection whose peer still has to be looked up. */
#ifndef WRAP_MAP_STREAM_H
#define WRAP_MAP_STREAM_H

#include "iface/net.h"

/* Looks `host` up and connects to it over `inner`, of its addresses the first that takes the
 * connection; `to` says all but the address.  The rest is as for net_connect(). */
enum err map_stream_connect(struct net *inner, const char *host, const struct net_target *to,
                            net_event_fn *on_event, void *ctx, struct net_stream **ret_stream);

#endif
