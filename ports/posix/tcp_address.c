/* tcp_address.c: numeric addresses to listen at. */
#include "posix/tcp_address.h"

#include <netinet/in.h>
#include <string.h>
#include <uv.h>

enum { IN_LOOPBACK_BYTE = 127, V4_OFFSET = 12 };

/* A listener is for IPv4 or for IPv6, and an IPv4 address in the form of IPv6 (RFC 4291 section
 * 2.5.5.2) is for IPv4. */
static void unmap(struct sockaddr_storage *at, socklen_t *len)
{
    const struct sockaddr_in6 mapped = *(const struct sockaddr_in6 *)at;
    struct sockaddr_in plain = { .sin_family = AF_INET, .sin_port = mapped.sin6_port };

    if (!IN6_IS_ADDR_V4MAPPED(&mapped.sin6_addr))
        return;
    memcpy(&plain.sin_addr, mapped.sin6_addr.s6_addr + V4_OFFSET, sizeof(plain.sin_addr));
    memset(at, 0, sizeof(*at));
    memcpy(at, &plain, sizeof(plain));
    *len = sizeof(plain);
}

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
    if (uv_ip6_addr(text, port, (struct sockaddr_in6 *)ret_at) != 0)
        return false;
    unmap(ret_at, ret_len);
    return true;
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
    return IN6_IS_ADDR_LOOPBACK(in6);
}
