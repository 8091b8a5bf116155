/* scripted_net.h: iface/net.h without an operating system: names, listeners, streams and echoes
 * that do what a script says, when it says so.
 *
 * The module's own address is loopback.
 */
#ifndef SCRIPTED_NET_H
#define SCRIPTED_NET_H

#include "scripted/scripted_peer.h"
#include "scripted/scripted_query.h"
#include "scripted/scripted_stream.h"

/* A network without names, listeners and echo requests; time stands still until `clock` is set. */
void scripted_net_init(struct scripted_net *net);

/* Frees all that is left, whoever had it.  No modem may use the network any more. */
void scripted_net_deinit(struct scripted_net *net);

/* What the engine is given; borrows `net`. */
struct net *scripted_net_iface(struct scripted_net *net);

/* What the resolver answers.  `list` counts for NAME_ADDRESSES. */
void scripted_net_name(struct scripted_net *net, const char *name, enum name_answer answer,
                       const struct net_address *list, size_t count);

/* What an address says to echo requests from now on; `next` does not count.  Without it loopback
 * answers after 1 ms with a TTL of 64, and the rest is silent. */
void scripted_net_echo(struct scripted_net *net, const struct scripted_echo *echo);

/* What TCP connections to `port` meet from now on; forgets the peer that was there. */
void scripted_net_listen(struct scripted_net *net, uint16_t port, enum peer_listens listens);

/* What the TCP connection number `number` (from 1) to `port` meets, whatever the others do. */
void scripted_net_dial(struct scripted_net *net, uint16_t port, uint32_t number,
                       enum peer_listens listens);

/* Runs every callback that is due, each once; true when there was one. */
bool scripted_net_step(struct scripted_net *net);

#endif
