/* net_await.c: UDP ports that the engine listens on.
 *
 * Each sender gets a socket of its own, bound to the same port and connected to it, which the
 * kernel prefers from then on.  What had come by the common one before is handed to it
 * (net_early.h).
 */
#include "posix/net_await.h"

#include "posix/errno_err.h"
#include "posix/fd_watch.h"
#include "posix/net_early.h"
#include "posix/net_stream.h"
#include "posix/sockaddr.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The longest datagram that is taken whole; of one sender so many at once. */
enum { DATAGRAM_MAX = 2048, AT_ONCE_MAX = 32 };

struct udp_listener {
    struct net_listener base;
    struct posix_net *net;
    int fd;
    struct sockaddr_storage place;
    socklen_t place_len;
    struct fd_watch *watch;
    net_accepted_fn *on_accepted;
    void *ctx;
    bool in_callback; /* unlisten() leaves the freeing to on_datagram() */
    bool ended;
};

struct sender {
    struct sockaddr_storage at;
    socklen_t len;
};

/* As recvfrom() of the listener's socket. */
static ssize_t take(const struct udp_listener *listener, void *buf, size_t cap, int flags,
                    struct sender *ret_sender)
{
    ret_sender->len = sizeof(ret_sender->at);
    return recvfrom(listener->fd, buf, cap, flags, (struct sockaddr *)&ret_sender->at,
                    &ret_sender->len);
}

static bool is_same(const struct sender *a, const struct sender *b)
{
    struct net_address one, other;
    uint16_t one_port, other_port;

    return sockaddr_read((const struct sockaddr *)&a->at, &one, &one_port) &&
           sockaddr_read((const struct sockaddr *)&b->at, &other, &other_port) &&
           one_port == other_port && one.family == other.family && one.scope == other.scope &&
           memcmp(one.bytes, other.bytes, one.family == NET_IPV4 ? 4 : 16) == 0;
}

/* A socket of the same port for one sender, or the negated errno. */
static int open_for(const struct udp_listener *listener, const struct sender *sender)
{
    int fd = socket(listener->place.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1, error;

    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (listener->place.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (bind(fd, (const struct sockaddr *)&listener->place, listener->place_len) == 0 &&
        connect(fd, (const struct sockaddr *)&sender->at, sender->len) == 0)
        return fd;
    error = errno;
    close(fd);
    return -error;
}

static enum err new_stream(const struct udp_listener *listener, const struct sender *sender,
                           struct net_stream **ret_stream)
{
    int fd = open_for(listener, sender);
    struct posix_stream *stream;
    enum err err;

    if (fd < 0)
        return err_of_errno(-fd);
    err = posix_stream_new(listener->net, fd, true, &stream);
    if (err != ERR_OK) {
        close(fd);
        return err;
    }
    err = net_early_new(listener->net->loop, &stream->base, ret_stream);
    if (err != ERR_OK)
        net_stream_close(&stream->base);
    return err;
}

/* What the same sender has sent while there was no socket for it. */
static void take_more(const struct udp_listener *listener, const struct sender *sender,
                      struct net_stream *stream)
{
    uint8_t datagram[DATAGRAM_MAX];
    struct sender next;

    for (int i = 0; i < AT_ONCE_MAX; i++) {
        ssize_t len;

        if (take(listener, datagram, 1, MSG_PEEK, &next) < 0 || !is_same(&next, sender))
            return;
        len = take(listener, datagram, sizeof(datagram), 0, &next);
        if (len > 0)
            net_early_add(stream, datagram, (size_t)len);
    }
}

static void hand_over(struct udp_listener *listener, struct net_stream *stream,
                      const struct sender *sender)
{
    struct net_address from;
    uint16_t port;

    if (!sockaddr_read((const struct sockaddr *)&sender->at, &from, &port)) {
        net_stream_close(stream);
        return;
    }
    listener->in_callback = true;
    listener->on_accepted(listener->ctx, stream, &from, port);
    listener->in_callback = false;
    if (listener->ended)
        free(listener);
}

static void on_datagram(void *ctx, int events)
{
    struct udp_listener *listener = ctx;
    uint8_t datagram[DATAGRAM_MAX];
    struct sender sender;
    struct net_stream *stream;
    ssize_t len = take(listener, datagram, sizeof(datagram), 0, &sender);
    enum err err;

    (void)events;
    if (len <= 0)
        return;
    err = new_stream(listener, &sender, &stream);
    if (err == ERR_OK && !net_early_add(stream, datagram, (size_t)len)) {
        net_stream_close(stream);
        err = ERR_NO_MEMORY;
    }
    if (err != ERR_OK) {
        log_say(listener->net->loop->log, LOG_WARNING, "a datagram is lost: no socket for it: %s",
                err_text(err));
        return;
    }
    take_more(listener, &sender, stream);
    hand_over(listener, stream, &sender);
}

/* Nobody else may have the port; sockets for senders may, once it is ours. */
static int open_socket(const struct net_address *address, uint16_t port,
                       struct udp_listener *listener)
{
    socklen_t len = sockaddr_fill(address, port, &listener->place);
    int fd = socket(listener->place.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1, error;

    if (fd < 0)
        return -errno;
    if (listener->place.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (bind(fd, (const struct sockaddr *)&listener->place, len) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
        getsockname(fd, (struct sockaddr *)&listener->place, &len) == 0) {
        listener->place_len = len;
        return fd;
    }
    error = errno;
    close(fd);
    return -error;
}

static void unlisten(struct net_listener *base)
{
    struct udp_listener *listener = (struct udp_listener *)base;

    fd_watch_free(listener->watch);
    close(listener->fd);
    listener->ended = true;
    if (!listener->in_callback)
        free(listener);
}

static const struct net_listener_ops ops = { .unlisten = unlisten };

enum err posix_listen_datagrams(struct net *base, const struct net_address *at, uint16_t port,
                                net_accepted_fn *on_accepted, void *ctx,
                                struct net_listener **ret_listener, uint16_t *ret_port)
{
    struct posix_net *net = (struct posix_net *)base;
    struct udp_listener *listener = calloc(1, sizeof(*listener));
    struct net_address ignored;
    enum err err;

    assert(ret_listener != NULL && ret_port != NULL);
    if (listener == NULL)
        return ERR_NO_MEMORY;
    *listener = (struct udp_listener){
        .base = { &ops }, .net = net, .on_accepted = on_accepted, .ctx = ctx
    };
    listener->fd = open_socket(at, port, listener);
    if (listener->fd < 0) {
        err = err_of_errno(-listener->fd);
        free(listener);
        return err;
    }
    err = fd_watch_new(net->loop, listener->fd, on_datagram, listener, &listener->watch);
    if (err != ERR_OK) {
        unlisten(&listener->base);
        return err;
    }
    fd_watch_want(listener->watch, FD_READABLE);
    sockaddr_read((struct sockaddr *)&listener->place, &ignored, ret_port);
    *ret_listener = &listener->base;
    return ERR_OK;
}
