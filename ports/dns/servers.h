/* servers.h: whom to ask for names. */
#ifndef DNS_SERVERS_H
#define DNS_SERVERS_H

#include "iface/net.h"

enum { DNS_PORT = 53, DNS_SERVERS_MAX = 3 };

struct dns_server {
    struct net_address address;
    uint16_t port;
};

/* From where, and who is asked, in this order; of servers those of the source's family; none: those
 * of /etc/resolv.conf, which is looked at again when it changes, with its domains.  Servers that
 * are named here get names as they were written. */
struct dns_servers {
    size_t count;
    struct dns_server list[DNS_SERVERS_MAX];
    bool has_source; /* else the system chooses */
    struct net_address source;
};

#endif
