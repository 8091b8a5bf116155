/* net_listen.c: TCP ports that the engine listens on. */
#include "posix/net_listen.h"

#include "posix/errno_err.h"
#include "posix/net_stream.h"
#include "posix/sockaddr.h"
#include "posix/timer.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 8, RETRY_MS = 1000 };

struct posix_listener {
    struct net_listener base;
    struct posix_net *net;
    int fd;
    struct fd_watch *watch;
    struct clock_timer *retry;
    net_accepted_fn *on_accepted;
    void *ctx;
    bool in_callback; /* unlisten() leaves the freeing to on_knock() */
    bool ended;
};

/* Without descriptors or memory the backlog would wake us all the time. */
static void pause_listening(struct posix_listener *listener, const char *why)
{
    log_say(listener->net->loop->log, LOG_WARNING, "cannot accept a connection: %s; trying again",
            why);
    fd_watch_want(listener->watch, 0);
    clock_timer_start(listener->retry, RETRY_MS);
}

static void on_retry(void *ctx)
{
    struct posix_listener *listener = ctx;

    fd_watch_want(listener->watch, FD_READABLE);
}

static void hand_over(struct posix_listener *listener, int fd, const struct sockaddr *at)
{
    struct posix_stream *stream;
    struct net_address from;
    uint16_t port;
    int on = 1;
    enum err err = sockaddr_read(at, &from, &port) ? ERR_OK : ERR_UNSUPPORTED;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (err == ERR_OK)
        err = posix_stream_new(listener->net, fd, false, &stream);
    if (err != ERR_OK) {
        close(fd);
        pause_listening(listener, err_text(err));
        return;
    }
    listener->in_callback = true;
    listener->on_accepted(listener->ctx, &stream->base, &from, port);
    listener->in_callback = false;
    if (listener->ended)
        free(listener);
}

static void on_knock(void *ctx, int events)
{
    struct posix_listener *listener = ctx;
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);
    int fd = accept4(listener->fd, (struct sockaddr *)&at, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

    (void)events;
    if (fd >= 0)
        hand_over(listener, fd, (struct sockaddr *)&at);
    else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        pause_listening(listener, strerror(errno));
}

/* A listening socket, or the negated errno. */
static int open_socket(const struct net_address *address, uint16_t port,
                       struct sockaddr_storage *ret_at)
{
    socklen_t len = sockaddr_fill(address, port, ret_at);
    int fd = socket(ret_at->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    int error;

    if (fd < 0)
        return -errno;
    /* A port whose last connections rest in TIME_WAIT is free to be listened on. */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (ret_at->ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)ret_at, len) == 0 && listen(fd, BACKLOG) == 0 &&
        getsockname(fd, (struct sockaddr *)ret_at, &len) == 0)
        return fd;
    error = errno;
    close(fd);
    return -error;
}

static void unlisten(struct net_listener *base)
{
    struct posix_listener *listener = (struct posix_listener *)base;

    fd_watch_free(listener->watch);
    clock_timer_free(listener->retry);
    close(listener->fd);
    listener->ended = true;
    if (!listener->in_callback)
        free(listener);
}

static const struct net_listener_ops ops = { .unlisten = unlisten };

enum err posix_listen(struct net *base, const struct net_address *at, uint16_t port,
                      net_accepted_fn *on_accepted, void *ctx, struct net_listener **ret_listener,
                      uint16_t *ret_port)
{
    struct posix_net *net = (struct posix_net *)base;
    struct posix_listener *listener = calloc(1, sizeof(*listener));
    struct sockaddr_storage bound;
    struct net_address ignored;
    enum err err = ERR_OK;

    assert(ret_listener != NULL && ret_port != NULL);
    if (listener == NULL)
        return ERR_NO_MEMORY;
    *listener = (struct posix_listener){
        .base = { &ops }, .net = net, .on_accepted = on_accepted, .ctx = ctx
    };
    listener->fd = open_socket(at, port, &bound);
    if (listener->fd < 0) {
        err = err_of_errno(-listener->fd);
        free(listener);
        return err;
    }
    err = posix_timer_new(net->loop, on_retry, listener, &listener->retry);
    if (err == ERR_OK)
        err = fd_watch_new(net->loop, listener->fd, on_knock, listener, &listener->watch);
    if (err != ERR_OK) {
        unlisten(&listener->base);
        return err;
    }
    fd_watch_want(listener->watch, FD_READABLE);
    sockaddr_read((struct sockaddr *)&bound, &ignored, ret_port);
    *ret_listener = &listener->base;
    return ERR_OK;
}
