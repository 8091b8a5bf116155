/* net.c: iface/net.h on the machine's sockets: the parts together, and how a connection starts. */
#include "posix/net.h"

#include "posix/errno_err.h"
#include "posix/literal.h"
#include "posix/net_await.h"
#include "posix/net_echo.h"
#include "posix/net_listen.h"
#include "posix/net_source.h"
#include "posix/net_stream.h"
#include "posix/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum err resolve(struct net *base, const char *name, net_resolved_fn *on_resolved, void *ctx,
                        struct net_query **ret_query)
{
    struct posix_net *net = (struct posix_net *)base;

    return posix_literal(net->loop, name, on_resolved, ctx, ret_query);
}

/* Takes the local address and port that were asked for.  TCP knows a connection by both its ends:
 * SO_REUSEADDR lets the port be used while an earlier connection from it rests in TIME_WAIT. */
static bool take_local_place(int fd, const struct net_target *to)
{
    struct net_address any = { .family = to->address.family };
    int on = 1;

    if (to->local_port == 0 && !to->has_source)
        return true;
    if (to->transport == NET_TCP && to->local_port == 0)
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    else if (to->transport == NET_TCP)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (any.family == NET_IPV6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    return net_source_take(fd, to->has_source ? &to->source : &any, to->local_port);
}

/* A socket on its way to `to`; its descriptor, or the negated errno. */
static int start_connect(const struct net_target *to)
{
    struct sockaddr_storage at;
    socklen_t len = sockaddr_fill(&to->address, to->port, &at);
    int type = to->transport == NET_TCP ? SOCK_STREAM : SOCK_DGRAM;
    int fd = socket(at.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    int error;

    if (fd < 0)
        return -errno;
    if (to->transport == NET_TCP)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (take_local_place(fd, to) &&
        (connect(fd, (const struct sockaddr *)&at, len) == 0 || errno == EINPROGRESS))
        return fd;
    error = errno;
    /* Said by connect(), not by bind(): the same two ends have a connection already. */
    if (error == EADDRNOTAVAIL && to->local_port != 0)
        error = EADDRINUSE;
    close(fd);
    return -error;
}

/* What an operator can do something about is said, whatever a host is told. */
static enum err refuse(const struct posix_net *net, int error)
{
    if (error == EMFILE || error == ENFILE)
        log_say(net->loop->log, LOG_WARNING,
                "no connection: %s; raise the limit of descriptors (ulimit -n)", strerror(error));
    return err_of_errno(error);
}

static enum err connect_to(struct net *base, const struct net_target *to, net_event_fn *on_event,
                           void *ctx, struct net_stream **ret_stream)
{
    struct posix_stream *stream;
    enum err err;
    int fd;

    if (to->by != NULL)
        return posix_connect_by(to, on_event, ctx, ret_stream);
    fd = start_connect(to);
    if (fd < 0)
        return refuse((struct posix_net *)base, -fd);
    err = posix_stream_new((struct posix_net *)base, fd, to->transport == NET_UDP, &stream);
    if (err != ERR_OK) {
        close(fd);
        return err;
    }
    net_stream_bind(&stream->base, on_event, ctx);
    posix_stream_await_connect(stream);
    *ret_stream = &stream->base;
    return ERR_OK;
}

/* Only a machine's own addresses can be bound to, those of networks that come and go too. */
static bool is_own(struct net *base, const struct net_address *address)
{
    struct sockaddr_storage at;
    socklen_t len = sockaddr_fill(address, 0, &at);
    int fd = socket(at.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool own = fd >= 0 && bind(fd, (const struct sockaddr *)&at, len) == 0;

    (void)base;
    if (fd >= 0)
        close(fd);
    return own;
}

static const struct net_ops ops = {
    .is_own = is_own,
    .resolve = resolve,
    .connect = connect_to,
    .listen = posix_listen,
    .listen_datagrams = posix_listen_datagrams,
    .echo = posix_echo,
};

enum err posix_net_open(struct posix_loop *loop, struct net **ret_net)
{
    struct posix_net *net = calloc(1, sizeof(*net));

    if (net == NULL)
        return ERR_NO_MEMORY;
    net->base.ops = &ops;
    net->loop = loop;
    *ret_net = &net->base;
    return ERR_OK;
}

void posix_net_close(struct net *base)
{
    struct posix_net *net = (struct posix_net *)base;

    if (net == NULL)
        return;
    linger_end_all(&net->lingering);
    free(net);
}
