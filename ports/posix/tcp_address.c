/* tcp_address.c: numeric addresses to listen at. */
#include "posix/tcp_address.h"

#include <netinet/in.h>
#include <string.h>
#include <uv.h>

enum { IN_LOOPBACK_BYTE = 127, V4_OFFSET = 12 };

bool tcp_address_read(const char *text, uint16_t port, struct sockaddr_storage *ret_at,
                      socklen_t *ret_len)
{
    memset(ret_at, 0, sizeof(*ret_at));
    if (uv_ip4_addr(text, port, (struct sockaddr_in *)ret_at) == 0) {
        *ret_len = sizeof(struct sockaddr_in);
        return true;
    }
    memset(ret_at, 0, sizeof(*ret_at));
    *ret_len = sizeof(struct sockaddr_in6);
    return uv_ip6_addr(text, port, (struct sockaddr_in6 *)ret_at) == 0;
}

bool tcp_address_is_valid(const char *text)
{
    struct sockaddr_storage at;
    socklen_t len;

    return tcp_address_read(text, 0, &at, &len);
}

bool tcp_address_is_loopback(const char *text)
{
    struct sockaddr_storage at;
    socklen_t len;
    const struct in6_addr *in6 = &((const struct sockaddr_in6 *)&at)->sin6_addr;
    const struct in_addr *in = &((const struct sockaddr_in *)&at)->sin_addr;

    if (!tcp_address_read(text, 0, &at, &len))
        return false;
    if (at.ss_family == AF_INET)
        return ntohl(in->s_addr) >> 24 == IN_LOOPBACK_BYTE;
    if (IN6_IS_ADDR_V4MAPPED(in6))
        return in6->s6_addr[V4_OFFSET] == IN_LOOPBACK_BYTE;
    return IN6_IS_ADDR_LOOPBACK(in6);
}
