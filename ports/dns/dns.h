/* dns.h: names, asked of name servers by c-ares: in front of a network that knows addresses only.
 *
 * A name that no server answers holds nothing up but itself, and ends by time-outs of its own,
 * earlier than most hosts give up.  The machine's /etc/hosts is asked first.  Who asks for a name
 * that is under way waits for the same answer, so that a fleet asks once.
 */
#ifndef DNS_DNS_H
#define DNS_DNS_H

#include "dns/servers.h"
#include "posix/loop.h"

struct dns;

/* Makes it on `loop`, in front of `inner`, which is borrowed, and to which a name must be
 * ERR_RESOLVE.  Costs next to nothing before the first name is looked up.  ERR_NO_MEMORY. */
enum err dns_open(struct posix_loop *loop, struct net *inner, struct dns **ret_dns);

/* Who is asked from now on, also where a modem has none of its own; copied. */
void dns_ask(struct dns *dns, const struct dns_servers *servers);

/* Frees it, after every query was cancelled and every dns_own_close().  NULL is nothing. */
void dns_close(struct dns *dns);

/* The network that knows names, too: good until dns_close(). */
struct net *dns_net(struct dns *dns);

/* The same for one modem, which asks the servers that its host has set (net_set_name_servers()),
 * and those of `dns` while there are none, from `source` where that is not NULL.  `inner` of
 * dns_open() never hears of them. ERR_NO_MEMORY. */
enum err dns_own_open(struct dns *dns, const struct net_address *source, struct net **ret_net);

/* Frees one, after every query of it was cancelled.  NULL is nothing. */
void dns_own_close(struct net *net);

/* The version of c-ares in use; static. */
const char *dns_library_version(void);

#endif
