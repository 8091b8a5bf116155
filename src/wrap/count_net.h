/* count_net.h: a network that counts: look-ups, sockets, bytes, and how long dials take. */
#ifndef WRAP_COUNT_NET_H
#define WRAP_COUNT_NET_H

#include "iface/clock.h"
#include "iface/net.h"
#include "wrap/count_sums.h"

/* Makes a network that is `inner`, and adds to `sums` what passes.  All is borrowed until
 * count_net_close(); everything happens in the thread of the sums.  ERR_NO_MEMORY. */
enum err count_net_open(struct net *inner, const struct clock *clock, struct count_sums *sums,
                        struct net **ret_net);

/* Frees it, after everything that was started on it has ended.  NULL is nothing. */
void count_net_close(struct net *net);

#endif
