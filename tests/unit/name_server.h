/* name_server.h: a DNS server (RFC 1035) of a test, on its loop: what it says to a name goes by the
 * name's first label.
 *
 *   slow…       nothing          good…    127.0.0.1, and ::1 where that is asked
 *   nobody…     no such name     fails…   SERVFAIL
 *   hundred…    100 addresses    chain…   30 aliases, one after the other, and an address
 *   ring…       two aliases of each other, and no address
 *   foreign…    a good answer to another id, and nothing else
 *   other…      a good answer to another question, and nothing else
 *   cut…        half of a good answer                 loop…  a name that points to itself
 *   long…       records whose lengths say more than there is
 *   noise…      bytes that mean nothing               empty… a datagram without any
 *   tcp…        truncated; the whole is to be had by TCP
 *   huge…       the same, and the whole is all that a message can hold
 */
#ifndef TEST_NAME_SERVER_H
#define TEST_NAME_SERVER_H

#include "dns/dns.h"
#include "posix/fd_watch.h"

struct name_server {
    int udp, tcp, peer;
    struct fd_watch *udp_watch, *tcp_watch, *peer_watch;
    struct posix_loop *loop;
    struct dns_server at;
    size_t asked;            /* questions that came */
    struct net_address from; /* the last of them, by UDP */
};

/* Opens it on a free port of 127.0.0.1. */
void name_server_open(struct name_server *server, struct posix_loop *loop);

void name_server_close(struct name_server *server);

#endif
