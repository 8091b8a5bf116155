/* link.h: the radio between a module and its network: a delay and a rate each way.
 *
 * Bytes are not reordered, and of a connection none is lost: what the link loses comes later, as
 * by TCP.  The end of a connection travels behind them, and each stream holds a bounded number of
 * them.  All streams of a link share its rate.  To connect, to
 * look a name up and to get an answer to an echo request takes a round trip more; a connection that
 * comes in is told at once.
 */
#ifndef WRAP_LINK_H
#define WRAP_LINK_H

#include "iface/clock.h"
#include "iface/net.h"
#include "wrap/link_profile.h"
#include "wrap/wrapper.h"

/* Makes a network that is `inner` over a link.  Both `inner` and `clock` are borrowed until
 * link_close().  ERR_NO_MEMORY. */
enum err link_open(struct net *inner, struct clock *clock, const struct link_profile *profile,
                   struct net **ret_net);

/* The link that a network is, or stands in front of; NULL: there is none. */
struct net *link_find(struct net *net);

/* Makes a link another from now on; what is under way arrives when it was to. */
void link_set(struct net *net, const struct link_profile *profile);

/* Puts a link in front of a stream of the network below it that is connected, and owns it then; to
 * be bound before the loop goes on.  NULL: no memory, and `inner` is as it was. */
struct net_stream *link_adopt(struct net *net, struct net_stream *inner, bool datagrams);

/* Frees it, after every query of it was cancelled and every stream and listener closed; what is
 * still on its way is lost.  NULL is nothing. */
void link_close(struct net *net);

/* The same by words, those of link_profile_read(). */
extern const struct wrapper link_wrapper;

#endif
