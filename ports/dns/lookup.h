/* lookup.h: names on their way: who asked, which are under way, which are to be told. */
#ifndef DNS_LOOKUP_H
#define DNS_LOOKUP_H

#include "dns/channel.h"

#include <sys/queue.h>

TAILQ_HEAD(dns_lookup_list, dns_lookup);
TAILQ_HEAD(dns_channel_list, dns_channel);

struct dns {
    struct net base;
    struct posix_loop *loop;
    struct dns_servers servers;       /* of whom has none of his own */
    struct dns_channel_list channels; /* one for each set of servers that is asked */
    struct dns_lookup_list under_way;
    struct dns_lookup_list done; /* and to be told */
    struct clock_timer *bell;    /* tells what ended inside the call that started it */
};

/* The part of dns_open() that belongs to look-ups.  ERR_NO_MEMORY. */
enum err dns_lookups_init(struct dns *dns);

/* The part of dns_close(). */
void dns_lookups_deinit(struct dns *dns);

/* net_resolve() for a name that is no address, at these servers. */
enum err dns_look_up(struct dns *dns, const struct dns_servers *servers, const char *name,
                     net_resolved_fn *on_resolved, void *ctx, struct net_query **ret_query);

/* The channel for these servers, made if need be; good until the loop turns.  The errors of
 * dns_channel_new(). */
enum err dns_channel_for(struct dns *dns, const struct dns_servers *servers,
                         struct dns_channel **ret_channel);

#endif
