/* fault_net.h: a network, and TLS over it, with the faults of a set.
 *
 * While there are none, everything goes straight through.  A fault that is added later strikes
 * connections that are there, too.  Faults of the AT port and of the module itself are not its
 * business.
 */
#ifndef WRAP_FAULT_NET_H
#define WRAP_FAULT_NET_H

#include "iface/clock.h"
#include "iface/net.h"
#include "wrap/fault_set.h"
#include "wrap/fault_tls.h"
#include "wrap/link_profile.h"

/* Makes a network that is `inner`, with the faults of `set`, and a link in front where
 * fault_net_link() says so.  All is borrowed until fault_net_close(); `clock` has timers; `talk` is
 * that of the TLS providers.  ERR_NO_MEMORY. */
enum err fault_net_open(struct net *inner, struct clock *clock, struct fault_set *set,
                        struct fault_talk *talk, struct net **ret_net);

/* Frees it, after everything that was started on it has ended.  NULL is nothing. */
void fault_net_close(struct net *net);

/* The set has changed: connections that are there notice. */
void fault_net_refresh(struct net *net);

/* What fault_talk.on_phase has to tell it. */
void fault_net_note(struct net *net, const struct fault_session *session, bool ends);

/* Makes the link that `inner` has in it another, or puts one in front, from now on and for
 * connections that are there; NULL: none holds anything up any more. */
void fault_net_link(struct net *net, const struct link_profile *profile);

#endif
