/* net.c: TCP connections.  One that is closed while bytes are on their way lingers in linger.c. */
#include "posix/net.h"

#include "posix/errno_err.h"
#include "posix/linger.h"
#include "posix/resolve.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct posix_net {
    struct posix_loop *loop;
    struct linger_list lingering;
};

struct net_stream {
    struct posix_net *net;
    struct fd_watch *watch;
    int fd;
    net_event_fn *on_event;
    void *ctx;
    unsigned wanted;
    bool connecting;
    bool in_callback; /* close() leaves the freeing to on_ready() */
    bool closed;
    enum err failed; /* the kernel tells an error once, recv() and send() tell it for ever */
};

static enum err resolve(void *impl, const char *name, net_resolved_fn *on_resolved, void *ctx,
                        struct net_query **ret_query)
{
    struct posix_net *net = impl;

    return posix_resolve(net->loop, name, on_resolved, ctx, ret_query);
}

static void apply_wanted(struct net_stream *stream)
{
    fd_watch_want(stream->watch, ((stream->wanted & NET_WANT_READ) != 0 ? FD_READABLE : 0) |
                                     ((stream->wanted & NET_WANT_WRITE) != 0 ? FD_WRITABLE : 0));
}

static void finish_connect(struct net_stream *stream)
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
    struct net_stream *stream = ctx;

    stream->in_callback = true;
    if (stream->connecting) {
        finish_connect(stream);
    } else {
        if ((events & FD_READABLE) != 0)
            stream->on_event(stream->ctx, NET_READABLE, ERR_OK);
        if ((events & FD_WRITABLE) != 0 && !stream->closed &&
            (stream->wanted & NET_WANT_WRITE) != 0)
            stream->on_event(stream->ctx, NET_WRITABLE, ERR_OK);
    }
    stream->in_callback = false;
    if (stream->closed)
        free(stream);
}

static socklen_t fill_sockaddr(const struct net_address *to, uint16_t port,
                               struct sockaddr_storage *ret_at)
{
    memset(ret_at, 0, sizeof(*ret_at));
    if (to->family == NET_IPV4) {
        struct sockaddr_in *in = (struct sockaddr_in *)ret_at;

        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        memcpy(&in->sin_addr, to->bytes, 4);
        return sizeof(*in);
    } else {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret_at;

        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(port);
        in6->sin6_scope_id = to->scope;
        memcpy(&in6->sin6_addr, to->bytes, 16);
        return sizeof(*in6);
    }
}

/* A socket on its way to `to`; its descriptor, or the negated errno. */
static int start_connect(const struct net_address *to, uint16_t port)
{
    struct sockaddr_storage at;
    socklen_t len = fill_sockaddr(to, port, &at);
    int fd = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    int error;

    if (fd < 0)
        return -errno;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(fd, (const struct sockaddr *)&at, len) == 0 || errno == EINPROGRESS)
        return fd;
    error = errno;
    close(fd);
    return -error;
}

static enum err watch_connect(struct net_stream *stream)
{
    enum err err = fd_watch_new(stream->net->loop, stream->fd, on_ready, stream, &stream->watch);

    if (err == ERR_OK)
        fd_watch_want(stream->watch, FD_WRITABLE);
    return err;
}

static enum err connect_to(void *impl, const struct net_target *to, net_event_fn *on_event,
                           void *ctx, struct net_stream **ret_stream)
{
    struct net_stream *stream = calloc(1, sizeof(*stream));
    enum err err;

    if (stream == NULL)
        return ERR_NO_MEMORY;
    stream->net = impl;
    stream->on_event = on_event;
    stream->ctx = ctx;
    stream->connecting = true;
    stream->fd = start_connect(&to->address, to->port);
    if (stream->fd < 0) {
        err = err_of_errno(-stream->fd);
        free(stream);
        return err;
    }
    err = watch_connect(stream);
    if (err != ERR_OK) {
        close(stream->fd);
        free(stream);
        return err;
    }
    *ret_stream = stream;
    return ERR_OK;
}

static ptrdiff_t fail(struct net_stream *stream, int error)
{
    enum err err = err_of_errno(error);

    if (err != ERR_AGAIN)
        stream->failed = err;
    return -(ptrdiff_t)err;
}

static ptrdiff_t recv_from(struct net_stream *stream, void *buf, size_t cap)
{
    ssize_t count;

    if (stream->failed != ERR_OK)
        return -(ptrdiff_t)stream->failed;
    count = recv(stream->fd, buf, cap, 0);
    return count < 0 ? fail(stream, errno) : count;
}

static ptrdiff_t send_to(struct net_stream *stream, const void *data, size_t len)
{
    ssize_t count;

    if (stream->failed != ERR_OK)
        return -(ptrdiff_t)stream->failed;
    count = send(stream->fd, data, len, MSG_NOSIGNAL);
    return count < 0 ? fail(stream, errno) : count;
}

static void want(struct net_stream *stream, unsigned events)
{
    stream->wanted = events;
    if (!stream->connecting)
        apply_wanted(stream);
}

static void close_stream(struct net_stream *stream)
{
    fd_watch_free(stream->watch);
    if (stream->connecting || stream->failed != ERR_OK)
        close(stream->fd);
    else
        linger_close(&stream->net->lingering, stream->net->loop, stream->fd);
    stream->closed = true;
    if (!stream->in_callback)
        free(stream);
}

static const struct net_ops ops = {
    .resolve = resolve,
    .cancel = posix_resolve_cancel,
    .connect = connect_to,
    .recv = recv_from,
    .send = send_to,
    .want = want,
    .close = close_stream,
};

enum err posix_net_open(struct posix_loop *loop, struct net *ret_net)
{
    struct posix_net *net = calloc(1, sizeof(*net));

    if (net == NULL)
        return ERR_NO_MEMORY;
    net->loop = loop;
    *ret_net = (struct net){ .ops = &ops, .impl = net };
    return ERR_OK;
}

void posix_net_close(struct net *net)
{
    struct posix_net *impl = net->impl;

    linger_end_all(&impl->lingering);
    free(impl);
    net->impl = NULL;
}
