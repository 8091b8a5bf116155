/* sockaddr.c: iface/net.h's addresses as the system's. */
#include "posix/sockaddr.h"

#include <assert.h>
#include <netinet/in.h>
#include <string.h>

socklen_t sockaddr_fill(const struct net_address *address, uint16_t port,
                        struct sockaddr_storage *ret_at)
{
    assert(address->family == NET_IPV4 || address->family == NET_IPV6);
    memset(ret_at, 0, sizeof(*ret_at));
    if (address->family == NET_IPV4) {
        struct sockaddr_in *in = (struct sockaddr_in *)ret_at;

        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        memcpy(&in->sin_addr, address->bytes, 4);
        return sizeof(*in);
    } else {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret_at;

        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(port);
        in6->sin6_scope_id = address->scope;
        memcpy(&in6->sin6_addr, address->bytes, 16);
        return sizeof(*in6);
    }
}

bool sockaddr_read(const struct sockaddr *at, struct net_address *ret_address, uint16_t *ret_port)
{
    uint16_t port;

    if (at->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, at, sizeof(in));
        *ret_address = (struct net_address){ .family = NET_IPV4 };
        memcpy(ret_address->bytes, &in.sin_addr, 4);
        port = ntohs(in.sin_port);
    } else if (at->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;

        memcpy(&in6, at, sizeof(in6));
        *ret_address = (struct net_address){ .family = NET_IPV6, .scope = in6.sin6_scope_id };
        memcpy(ret_address->bytes, &in6.sin6_addr, 16);
        port = ntohs(in6.sin6_port);
    } else {
        return false;
    }
    if (ret_port != NULL)
        *ret_port = port;
    return true;
}
