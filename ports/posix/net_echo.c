/* net_echo.c: ICMP echo requests by Linux's unprivileged ICMP sockets (icmp(7), ping_group_range).
 *
 * The kernel writes identifier and checksum, and hands us the answers to our identifier only; which
 * of them belongs to the request, its sender, sequence number and payload tell.
 */
#include "posix/net_echo.h"

#include "posix/errno_err.h"
#include "posix/fd_watch.h"
#include "posix/net_internal.h"
#include "posix/net_source.h"
#include "posix/now.h"
#include "posix/sockaddr.h"
#include "posix/timer.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER = 8, SEQUENCE_AT = 6, SEQUENCE = 1, CONTROL_BYTES = 256, TTL_MAX = 255 };

struct echo_query {
    struct net_query base;
    int fd;
    struct fd_watch *watch;
    struct clock_timer *limit;
    struct net_address to;
    size_t bytes;
    int64_t sent_ms;
    net_echo_fn *on_echo;
    void *ctx;
    uint8_t packet[HEADER + NET_ECHO_MAX];
};

static void release(struct echo_query *query)
{
    fd_watch_free(query->watch);
    clock_timer_free(query->limit);
    if (query->fd >= 0)
        close(query->fd);
    free(query);
}

static void cancel(struct net_query *base)
{
    release((struct echo_query *)base);
}

static const struct net_query_ops ops = { .cancel = cancel };

static void finish(struct echo_query *query, enum err err, int ttl)
{
    net_echo_fn *on_echo = query->on_echo;
    void *ctx = query->ctx;
    uint32_t round_trip_ms = err == ERR_OK ? (uint32_t)(posix_now_ms() - query->sent_ms) : 0;

    release(query);
    on_echo(ctx, err, round_trip_ms, ttl);
}

static void on_limit(void *ctx)
{
    finish(ctx, ERR_TIMEOUT, 0);
}

static int ttl_of(struct msghdr *message)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL;
         part = CMSG_NXTHDR(message, part)) {
        int ttl;

        if ((part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_TTL) ||
            (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_HOPLIMIT)) {
            memcpy(&ttl, CMSG_DATA(part), sizeof(ttl));
            return ttl;
        }
    }
    return 0;
}

static bool is_from(const struct echo_query *query, const struct sockaddr_storage *at)
{
    struct net_address from;

    return sockaddr_read((const struct sockaddr *)at, &from, NULL) &&
           from.family == query->to.family &&
           memcmp(from.bytes, query->to.bytes, from.family == NET_IPV4 ? 4 : 16) == 0;
}

static bool is_answer(const struct echo_query *query, const uint8_t *packet, size_t len)
{
    uint8_t type = query->to.family == NET_IPV4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY;

    return len == HEADER + query->bytes && packet[0] == type &&
           memcmp(packet + SEQUENCE_AT, query->packet + SEQUENCE_AT, len - SEQUENCE_AT) == 0;
}

static void on_ready(void *ctx, int events)
{
    struct echo_query *query = ctx;
    uint8_t packet[HEADER + NET_ECHO_MAX];
    union {
        char bytes[CONTROL_BYTES];
        struct cmsghdr aligned;
    } control;
    struct sockaddr_storage from;
    struct iovec piece = { .iov_base = packet, .iov_len = sizeof(packet) };
    struct msghdr message = { .msg_name = &from,
                              .msg_namelen = sizeof(from),
                              .msg_iov = &piece,
                              .msg_iovlen = 1,
                              .msg_control = &control,
                              .msg_controllen = sizeof(control) };
    ssize_t count = recvmsg(query->fd, &message, MSG_DONTWAIT);

    (void)events;
    if (count >= 0 && is_from(query, &from) && is_answer(query, packet, (size_t)count))
        finish(query, ERR_OK, ttl_of(&message));
    else if (count < 0 && err_of_errno(errno) != ERR_AGAIN)
        finish(query, ERR_UNREACHABLE, 0); /* an ICMP error about our request */
}

static bool set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

static bool set_options(int fd, enum net_family family, int ttl)
{
    if (family == NET_IPV4)
        return set(fd, IPPROTO_IP, IP_RECVTTL, 1) && set(fd, IPPROTO_IP, IP_RECVERR, 1) &&
               (ttl == 0 || set(fd, IPPROTO_IP, IP_TTL, ttl));
    return set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) && set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1) &&
           (ttl == 0 || set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl));
}

static void fill_packet(struct echo_query *query)
{
    query->packet[0] = query->to.family == NET_IPV4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
    query->packet[SEQUENCE_AT + 1] = SEQUENCE;
    for (size_t i = 0; i < query->bytes; i++)
        query->packet[HEADER + i] = (uint8_t)i;
}

/* ERR_OK when the request is on its way. */
static enum err send_request(struct echo_query *query, const struct net_echo *echo)
{
    struct sockaddr_storage at;
    socklen_t len = sockaddr_fill(&query->to, 0, &at);
    int protocol = query->to.family == NET_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;

    query->fd = socket(at.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (query->fd < 0 || !set_options(query->fd, query->to.family, echo->ttl) ||
        (echo->has_source && !net_source_take(query->fd, &echo->source, 0)))
        return err_of_errno(errno);
    fill_packet(query);
    query->sent_ms = posix_now_ms();
    if (sendto(query->fd, query->packet, HEADER + query->bytes, 0, (struct sockaddr *)&at, len) < 0)
        return errno == EACCES ? ERR_UNREACHABLE : err_of_errno(errno); /* EACCES: a broadcast */
    return ERR_OK;
}

enum err posix_echo(struct net *base, const struct net_echo *echo, net_echo_fn *on_echo, void *ctx,
                    struct net_query **ret_query)
{
    struct posix_net *net = (struct posix_net *)base;
    struct echo_query *query;
    enum err err;

    if (echo->bytes > NET_ECHO_MAX || echo->ttl < 0 || echo->ttl > TTL_MAX)
        return ERR_INVALID;
    query = calloc(1, sizeof(*query));
    if (query == NULL)
        return ERR_NO_MEMORY;
    query->base.ops = &ops;
    query->fd = -1;
    query->to = echo->to;
    query->bytes = echo->bytes;
    query->on_echo = on_echo;
    query->ctx = ctx;
    err = posix_timer_new(net->loop, on_limit, query, &query->limit);
    if (err == ERR_OK)
        err = send_request(query, echo);
    if (err == ERR_OK)
        err = fd_watch_new(net->loop, query->fd, on_ready, query, &query->watch);
    if (err != ERR_OK) {
        if (err == ERR_DENIED)
            log_say(net->loop->log, LOG_WARNING,
                    "no echo request: the machine lets this user send "
                    "none (net.ipv4.ping_group_range)");
        release(query);
        return err;
    }
    clock_timer_start(query->limit, echo->timeout_ms);
    fd_watch_want(query->watch, FD_READABLE);
    *ret_query = &query->base;
    return ERR_OK;
}
