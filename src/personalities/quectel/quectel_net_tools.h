/* quectel_net_tools.h: lookups and echo requests that a host asks for. */
#ifndef QUECTEL_NET_TOOLS_H
#define QUECTEL_NET_TOOLS_H

#include "module/module.h"
#include "services/sntp.h"

/* +QIDNSGIP: one at a time. */
struct quectel_lookup {
    struct tlsmodem *modem;
    struct module_terminal *owner;
    size_t cid;              /* of its context */
    struct net_query *query; /* NULL: none is under way */
    int64_t until_ms;        /* CLOCK_NEVER: the same */
};

/* +QPING: one at a time. */
struct quectel_ping {
    struct tlsmodem *modem;
    struct module_terminal *owner; /* NULL: none is under way */
    size_t cid;                    /* of its context */
    struct net_query *query;       /* NULL between two requests */
    struct net_address to;
    int32_t timeout_s, count;
    int32_t sent, answered;
    uint32_t shortest_ms, longest_ms, sum_ms;
    int64_t next_ms;   /* of the next request, or CLOCK_NEVER */
    int64_t lookup_ms; /* when the lookup of the host is given up, or CLOCK_NEVER */
};

/* +QNTP: one at a time. */
struct quectel_ntp {
    struct tlsmodem *modem;
    struct module_terminal *owner;
    size_t cid; /* of its context */
    struct sntp client;
};

#endif
