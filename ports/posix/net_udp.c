/* net_udp.c: UDP as iface/net.h has it: a datagram comes or is lost, and nothing else happens.
 *
 * A connected socket learns of ICMP errors (a closed port, RFC 1122 4.1.3.3): the kernel tells each
 * once, in place of the next recv() or send().  A module's UDP socket outlives them.
 */
#include "posix/net_udp.h"

#include "posix/errno_err.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>

/* Errors and empty datagrams that one call passes over; what is behind them comes with the next. */
enum { PASSED_OVER_MAX = 64 };

static ptrdiff_t receive(int fd, void *buf, size_t cap, int flags)
{
    for (int i = 0; i < PASSED_OVER_MAX; i++) {
        ssize_t count = recv(fd, buf, cap, flags);

        if (count > 0)
            return count;
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (count == 0 && (flags & MSG_PEEK) != 0)
            recv(fd, NULL, 0, 0);
    }
    return -ERR_AGAIN;
}

ptrdiff_t net_udp_recv(int fd, void *buf, size_t cap)
{
    assert(cap > 0);
    return receive(fd, buf, cap, MSG_TRUNC);
}

bool net_udp_has_datagram(int fd)
{
    char first;

    return receive(fd, &first, sizeof(first), MSG_PEEK) > 0;
}

ptrdiff_t net_udp_send_to(int fd, const void *data, size_t len, const struct sockaddr *to,
                          socklen_t to_len)
{
    assert(len > 0);
    /* The first failure may be the news of an earlier datagram's. */
    for (int i = 0; i < 2; i++) {
        ssize_t count = sendto(fd, data, len, MSG_NOSIGNAL, to, to_len);

        if (count >= 0)
            return count;
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return -ERR_AGAIN;
        if (errno == EMSGSIZE)
            return -ERR_INVALID;
    }
    return (ptrdiff_t)len; /* lost, as on the way */
}

ptrdiff_t net_udp_send(int fd, const void *data, size_t len)
{
    return net_udp_send_to(fd, data, len, NULL, 0);
}
