/* net_stream.c: sockets with an other side, as streams of iface/net.h.  A TCP connection that is
 * closed while bytes are on their way lingers in linger.c. */
#include "posix/net_stream.h"

#include "posix/errno_err.h"
#include "posix/net_udp.h"
#include "posix/sockaddr.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void apply_wanted(struct posix_stream *stream)
{
    fd_watch_want(stream->watch, ((stream->wanted & NET_WANT_READ) != 0 ? FD_READABLE : 0) |
                                     ((stream->wanted & NET_WANT_WRITE) != 0 ? FD_WRITABLE : 0));
}

static void finish_connect(struct posix_stream *stream)
{
    int error = 0;
    socklen_t len = sizeof(error);

    if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        error = errno;
    stream->failed = err_of_errno(error);
    stream->connecting = false;
    apply_wanted(stream);
    log_trace(stream->net->loop->log, TRACE_NET, "connect: %s",
              error == 0 ? "done" : strerror(error));
    stream->on_event(stream->ctx, error == 0 ? NET_CONNECTED : NET_FAILED, stream->failed);
}

static void on_ready(void *ctx, int events)
{
    struct posix_stream *stream = ctx;

    stream->in_callback = true;
    if (stream->connecting) {
        finish_connect(stream);
    } else {
        if ((events & FD_READABLE) != 0 && (!stream->datagrams || net_udp_has_datagram(stream->fd)))
            stream->on_event(stream->ctx, NET_READABLE, ERR_OK);
        if ((events & FD_WRITABLE) != 0 && !stream->closed &&
            (stream->wanted & NET_WANT_WRITE) != 0)
            stream->on_event(stream->ctx, NET_WRITABLE, ERR_OK);
    }
    stream->in_callback = false;
    if (stream->closed)
        free(stream);
}

static void bind_to(struct net_stream *base, net_event_fn *on_event, void *ctx)
{
    struct posix_stream *stream = (struct posix_stream *)base;

    stream->on_event = on_event;
    stream->ctx = ctx;
}

static ptrdiff_t fail(struct posix_stream *stream, int error)
{
    enum err err = err_of_errno(error);

    if (err != ERR_AGAIN)
        stream->failed = err;
    return -(ptrdiff_t)err;
}

static ptrdiff_t receive(struct net_stream *base, void *buf, size_t cap)
{
    struct posix_stream *stream = (struct posix_stream *)base;
    ssize_t count;

    assert(!stream->connecting);
    if (stream->failed != ERR_OK)
        return -(ptrdiff_t)stream->failed;
    if (stream->datagrams)
        return net_udp_recv(stream->fd, buf, cap);
    count = recv(stream->fd, buf, cap, 0);
    return count < 0 ? fail(stream, errno) : count;
}

static ptrdiff_t transmit(struct net_stream *base, const void *data, size_t len)
{
    struct posix_stream *stream = (struct posix_stream *)base;
    ssize_t count;

    assert(!stream->connecting);
    if (stream->failed != ERR_OK)
        return -(ptrdiff_t)stream->failed;
    if (stream->datagrams)
        return net_udp_send(stream->fd, data, len);
    count = send(stream->fd, data, len, MSG_NOSIGNAL);
    return count < 0 ? fail(stream, errno) : count;
}

static void want(struct net_stream *base, unsigned events)
{
    struct posix_stream *stream = (struct posix_stream *)base;

    stream->wanted = events;
    if (!stream->connecting)
        apply_wanted(stream);
}

/* A value that the kernel does not take leaves its own, which is no reason to end a connection. */
static void keep_alive(struct net_stream *base, const struct net_keep_alive *probes)
{
    struct posix_stream *stream = (struct posix_stream *)base;
    const struct {
        int level, option, value;
    } rows[] = {
        { IPPROTO_TCP, TCP_KEEPIDLE, probes->idle_s },
        { IPPROTO_TCP, TCP_KEEPINTVL, probes->interval_s },
        { IPPROTO_TCP, TCP_KEEPCNT, probes->count },
        { SOL_SOCKET, SO_KEEPALIVE, probes->idle_s > 0 },
    };

    for (size_t i = 0; !stream->datagrams && i < sizeof(rows) / sizeof(rows[0]); i++)
        setsockopt(stream->fd, rows[i].level, rows[i].option, &rows[i].value,
                   sizeof(rows[i].value));
}

static void close_stream(struct net_stream *base)
{
    struct posix_stream *stream = (struct posix_stream *)base;

    if (stream->connecting || stream->datagrams || stream->failed != ERR_OK) {
        fd_watch_free(stream->watch);
        close(stream->fd);
    } else {
        linger_close(&stream->net->lingering, stream->net->loop, stream->fd, stream->watch);
    }
    stream->closed = true;
    if (!stream->in_callback)
        free(stream);
}

static enum err local(struct net_stream *base, struct net_address *ret_address, uint16_t *ret_port)
{
    struct posix_stream *stream = (struct posix_stream *)base;
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);

    if (getsockname(stream->fd, (struct sockaddr *)&at, &len) < 0)
        return err_of_errno(errno);
    return sockaddr_read((struct sockaddr *)&at, ret_address, ret_port) ? ERR_OK : ERR_UNSUPPORTED;
}

static const struct net_stream_ops ops = {
    .recv = receive,
    .send = transmit,
    .want = want,
    .keep_alive = keep_alive,
    .close = close_stream,
    .local = local,
    .bind = bind_to,
};

enum err posix_stream_new(struct posix_net *net, int fd, bool datagrams,
                          struct posix_stream **ret_stream)
{
    struct posix_stream *stream = calloc(1, sizeof(*stream));
    enum err err;

    assert(fd >= 0);
    if (stream == NULL)
        return ERR_NO_MEMORY;
    *stream =
        (struct posix_stream){ .base.ops = &ops, .net = net, .fd = fd, .datagrams = datagrams };
    err = fd_watch_new(net->loop, fd, on_ready, stream, &stream->watch);
    if (err != ERR_OK) {
        free(stream);
        return err;
    }
    *ret_stream = stream;
    return ERR_OK;
}

void posix_stream_await_connect(struct posix_stream *stream)
{
    assert(!stream->connecting);
    stream->connecting = true;
    fd_watch_want(stream->watch, FD_WRITABLE);
}
