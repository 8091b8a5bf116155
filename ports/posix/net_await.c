/* net_await.c: UDP ports that the engine listens on.
 *
 * A port is one socket, whoever sends: the streams of its senders share it, and each has the
 * datagrams that came from its place and were not received yet.
 */
#include "posix/net_await.h"

#include "posix/errno_err.h"
#include "posix/fd_watch.h"
#include "posix/net_internal.h"
#include "posix/net_udp.h"
#include "posix/sockaddr.h"
#include "posix/timer.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of datagrams that wait to be received, each with what it costs beside its own: of a port,
 * as many as Linux keeps by itself, and of one sender, so that there is room for others. */
enum { WAITING_MAX = 212992, WAITING_OF_ONE = WAITING_MAX / 2, COST = 512 };

struct datagram {
    struct datagram *next;
    size_t len;
    uint8_t bytes[];
};

struct udp_stream;

struct udp_port {
    struct net_listener base;
    struct posix_net *net;
    struct udp_port *next; /* of those of the network that are unheard */
    struct net_address at; /* as it was asked for */
    uint16_t number;
    int fd;
    struct fd_watch *watch;
    struct clock_timer *timer;    /* of what the loop does not know of */
    net_accepted_fn *on_accepted; /* NULL: it listens no more, and lives as long as its streams */
    void *ctx;
    struct udp_stream *first; /* the newest */
    size_t waiting;           /* bytes */
    bool in_callback;         /* settle() is left to who has called */
};

struct udp_stream {
    struct net_stream base;
    struct udp_port *port;
    struct udp_stream *next;
    struct net_address peer;
    uint16_t peer_port;
    struct datagram *first; /* NULL: all are received */
    size_t waiting;         /* bytes of them */
    net_event_fn *on_event;
    void *ctx;
    unsigned wanted;
    bool connecting;
};

/* ---- a port's life ---- */

static bool is_due(const struct udp_stream *stream)
{
    return stream->connecting || (stream->first != NULL && (stream->wanted & NET_WANT_READ) != 0);
}

static struct udp_stream *find_due(const struct udp_port *port)
{
    struct udp_stream *stream = port->first;

    while (stream != NULL && !is_due(stream))
        stream = stream->next;
    return stream;
}

static struct udp_stream *find_writer(const struct udp_port *port)
{
    struct udp_stream *stream = port->first;

    while (stream != NULL && (stream->wanted & NET_WANT_WRITE) == 0)
        stream = stream->next;
    return stream;
}

static void unlink_unheard(struct udp_port *port)
{
    struct udp_port **at = &port->net->unheard;

    while (*at != port)
        at = &(*at)->next;
    *at = port->next;
}

/* After any change: asks for what is wanted, or ends what nobody needs. */
static void settle(struct udp_port *port)
{
    if (port->in_callback)
        return;
    if (port->on_accepted == NULL && port->first == NULL) {
        unlink_unheard(port);
        fd_watch_free(port->watch);
        clock_timer_free(port->timer);
        close(port->fd);
        free(port);
        return;
    }
    fd_watch_want(port->watch, FD_READABLE | (find_writer(port) != NULL ? FD_WRITABLE : 0));
    if (find_due(port) != NULL)
        clock_timer_start(port->timer, 0);
    else
        clock_timer_cancel(port->timer);
}

/* ---- streams ---- */

static struct udp_stream *of(struct net_stream *base)
{
    return (struct udp_stream *)base;
}

static void drop_first(struct udp_stream *stream)
{
    struct datagram *first = stream->first;

    stream->first = first->next;
    stream->port->waiting -= first->len + COST;
    stream->waiting -= first->len + COST;
    free(first);
}

static ptrdiff_t receive(struct net_stream *base, void *buf, size_t cap)
{
    struct udp_stream *stream = of(base);
    const struct datagram *first = stream->first;
    size_t len;

    assert(!stream->connecting);
    if (first == NULL)
        return -ERR_AGAIN;
    len = first->len;
    memcpy(buf, first->bytes, len < cap ? len : cap);
    drop_first(stream);
    settle(stream->port);
    return (ptrdiff_t)len;
}

static ptrdiff_t transmit(struct net_stream *base, const void *data, size_t len)
{
    const struct udp_stream *stream = of(base);
    struct sockaddr_storage at;
    socklen_t at_len = sockaddr_fill(&stream->peer, stream->peer_port, &at);

    assert(!stream->connecting);
    return net_udp_send_to(stream->port->fd, data, len, (const struct sockaddr *)&at, at_len);
}

static void want(struct net_stream *base, unsigned events)
{
    of(base)->wanted = events;
    settle(of(base)->port);
}

static void close_stream(struct net_stream *base)
{
    struct udp_stream *stream = of(base);
    struct udp_port *port = stream->port;
    struct udp_stream **at = &port->first;

    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
    while (stream->first != NULL)
        drop_first(stream);
    free(stream);
    settle(port);
}

static bool is_any(const struct net_address *address)
{
    static const uint8_t none[sizeof(address->bytes)];

    return memcmp(address->bytes, none, sizeof(none)) == 0;
}

/* Of a port of all addresses: the one that the way to the peer begins at. */
static void find_way(const struct udp_stream *stream, struct net_address *ret_address)
{
    struct sockaddr_storage at;
    socklen_t len = sockaddr_fill(&stream->peer, stream->peer_port, &at);
    int fd = socket(at.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)&at, len) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &len) == 0)
        sockaddr_read((const struct sockaddr *)&at, ret_address, NULL);
    close(fd);
}

static enum err local(struct net_stream *base, struct net_address *ret_address, uint16_t *ret_port)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);

    if (getsockname(of(base)->port->fd, (struct sockaddr *)&at, &len) < 0)
        return err_of_errno(errno);
    if (!sockaddr_read((struct sockaddr *)&at, ret_address, ret_port))
        return ERR_UNSUPPORTED;
    if (is_any(ret_address))
        find_way(of(base), ret_address);
    return ERR_OK;
}

static void bind_to(struct net_stream *base, net_event_fn *on_event, void *ctx)
{
    of(base)->on_event = on_event;
    of(base)->ctx = ctx;
}

static const struct net_stream_ops stream_ops = { .recv = receive,
                                                  .send = transmit,
                                                  .want = want,
                                                  .close = close_stream,
                                                  .local = local,
                                                  .bind = bind_to };

static struct udp_stream *new_stream(struct udp_port *port, const struct net_address *peer,
                                     uint16_t peer_port)
{
    struct udp_stream *stream = calloc(1, sizeof(*stream));

    if (stream == NULL)
        return NULL;
    *stream = (struct udp_stream){ .base.ops = &stream_ops,
                                   .port = port,
                                   .next = port->first,
                                   .peer = *peer,
                                   .peer_port = peer_port };
    port->first = stream;
    return stream;
}

/* ---- what comes ---- */

static void say_lost(const struct udp_port *port, const char *why)
{
    log_say(port->net->loop->log, LOG_WARNING, "a datagram is lost: %s", why);
}

/* The datagram of `len` bytes that is next, of a sender who may have a stream; NULL: it was empty,
 * or is lost. */
static struct datagram *take(struct udp_port *port, const struct udp_stream *stream, size_t len)
{
    size_t of_one = stream != NULL ? stream->waiting : 0;
    struct datagram *datagram = NULL;

    if (port->waiting + len + COST > WAITING_MAX || of_one + len + COST > WAITING_OF_ONE)
        say_lost(port, "too many of its sender, or of all, wait to be received");
    else if (len > 0 && (datagram = malloc(sizeof(*datagram) + len)) == NULL)
        say_lost(port, err_text(ERR_NO_MEMORY));
    if (datagram == NULL) {
        recv(port->fd, NULL, 0, 0);
        return NULL;
    }
    if (recv(port->fd, datagram->bytes, len, 0) != (ssize_t)len) {
        free(datagram);
        return NULL;
    }
    datagram->next = NULL;
    datagram->len = len;
    return datagram;
}

static void append(struct udp_stream *stream, struct datagram *datagram)
{
    struct datagram **at = &stream->first;

    while (*at != NULL)
        at = &(*at)->next;
    *at = datagram;
    stream->port->waiting += datagram->len + COST;
    stream->waiting += datagram->len + COST;
}

static bool is_same(const struct net_address *a, const struct net_address *b)
{
    return a->family == b->family && a->scope == b->scope &&
           memcmp(a->bytes, b->bytes, a->family == NET_IPV4 ? 4 : 16) == 0;
}

static struct udp_stream *find(const struct udp_port *port, const struct net_address *peer,
                               uint16_t peer_port)
{
    struct udp_stream *stream = port->first;

    while (stream != NULL && (stream->peer_port != peer_port || !is_same(&stream->peer, peer)))
        stream = stream->next;
    return stream;
}

/* One that has no stream yet. */
static void hand_over(struct udp_port *port, struct datagram *datagram,
                      const struct net_address *from, uint16_t from_port)
{
    struct udp_stream *stream = NULL;

    if (port->on_accepted != NULL && (stream = new_stream(port, from, from_port)) == NULL)
        say_lost(port, err_text(ERR_NO_MEMORY));
    if (stream == NULL) {
        free(datagram);
        return;
    }
    append(stream, datagram);
    port->on_accepted(port->ctx, &stream->base, from, from_port);
}

static void on_datagram(struct udp_port *port)
{
    struct sockaddr_storage at;
    socklen_t at_len = sizeof(at);
    char first;
    ssize_t len =
        recvfrom(port->fd, &first, 1, MSG_PEEK | MSG_TRUNC, (struct sockaddr *)&at, &at_len);
    struct udp_stream *stream = NULL;
    struct datagram *datagram;
    struct net_address from;
    uint16_t from_port;
    bool is_known;

    if (len < 0)
        return;
    is_known = sockaddr_read((const struct sockaddr *)&at, &from, &from_port);
    if (is_known)
        stream = find(port, &from, from_port);
    datagram = take(port, stream, (size_t)len);
    if (datagram == NULL || !is_known) {
        free(datagram);
        return;
    }
    if (stream == NULL) {
        hand_over(port, datagram, &from, from_port);
        return;
    }
    append(stream, datagram);
    if (is_due(stream) && !stream->connecting)
        stream->on_event(stream->ctx, NET_READABLE, ERR_OK);
}

static void on_ready(void *ctx, int events)
{
    struct udp_port *port = ctx;
    struct udp_stream *writer;

    port->in_callback = true;
    if ((events & FD_READABLE) != 0)
        on_datagram(port);
    writer = (events & FD_WRITABLE) != 0 ? find_writer(port) : NULL;
    if (writer != NULL && !writer->connecting)
        writer->on_event(writer->ctx, NET_WRITABLE, ERR_OK);
    port->in_callback = false;
    settle(port);
}

static void on_time(void *ctx)
{
    struct udp_port *port = ctx;
    struct udp_stream *due = find_due(port);

    if (due == NULL)
        return;
    port->in_callback = true;
    if (due->connecting) {
        due->connecting = false;
        due->on_event(due->ctx, NET_CONNECTED, ERR_OK);
    } else {
        due->on_event(due->ctx, NET_READABLE, ERR_OK);
    }
    port->in_callback = false;
    settle(port);
}

/* ---- beginning and end ---- */

/* A socket, or the negated errno. */
static int open_socket(const struct net_address *address, uint16_t port, uint16_t *ret_port)
{
    struct sockaddr_storage at;
    socklen_t len = sockaddr_fill(address, port, &at);
    int fd = socket(at.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct net_address ignored;
    int on = 1, error;

    if (fd < 0)
        return -errno;
    if (at.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (bind(fd, (const struct sockaddr *)&at, len) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &len) == 0 &&
        sockaddr_read((struct sockaddr *)&at, &ignored, ret_port))
        return fd;
    error = errno;
    close(fd);
    return -error;
}

static void unlisten(struct net_listener *base)
{
    struct udp_port *port = (struct udp_port *)base;

    port->on_accepted = NULL;
    port->next = port->net->unheard;
    port->net->unheard = port;
    settle(port);
}

static const struct net_listener_ops ops = { .unlisten = unlisten };

/* Its socket would hold the port for as long as its streams live. */
static struct udp_port *find_unheard(const struct posix_net *net, const struct net_address *at,
                                     uint16_t number)
{
    struct udp_port *port = net->unheard;

    while (port != NULL && (port->number != number || !is_same(&port->at, at)))
        port = port->next;
    return port;
}

/* NULL: `ret_err` says why. */
static struct udp_port *new_port(struct posix_net *net, const struct net_address *at,
                                 uint16_t number, enum err *ret_err)
{
    struct udp_port *port = calloc(1, sizeof(*port));
    uint16_t bound = 0;
    int fd = port != NULL ? open_socket(at, number, &bound) : -ENOMEM;

    if (fd < 0) {
        free(port);
        *ret_err = err_of_errno(-fd);
        return NULL;
    }
    *port = (struct udp_port){ .base = { &ops }, .net = net, .at = *at, .number = bound, .fd = fd };
    *ret_err = posix_timer_new(net->loop, on_time, port, &port->timer);
    if (*ret_err == ERR_OK)
        *ret_err = fd_watch_new(net->loop, fd, on_ready, port, &port->watch);
    if (*ret_err == ERR_OK)
        return port;
    unlisten(&port->base);
    return NULL;
}

enum err posix_listen_datagrams(struct net *base, const struct net_address *at, uint16_t port,
                                net_accepted_fn *on_accepted, void *ctx,
                                struct net_listener **ret_listener, uint16_t *ret_port)
{
    struct posix_net *net = (struct posix_net *)base;
    struct udp_port *heard = port != 0 ? find_unheard(net, at, port) : NULL;
    enum err err = ERR_OK;

    if (heard != NULL)
        unlink_unheard(heard);
    else
        heard = new_port(net, at, port, &err);
    if (heard == NULL)
        return err;
    heard->on_accepted = on_accepted;
    heard->ctx = ctx;
    settle(heard);
    *ret_listener = &heard->base;
    *ret_port = heard->number;
    return ERR_OK;
}

enum err posix_connect_by(const struct net_target *to, net_event_fn *on_event, void *ctx,
                          struct net_stream **ret_stream)
{
    struct udp_port *port = (struct udp_port *)to->by;
    struct net_address own;
    struct udp_stream *stream;
    uint16_t ignored;

    assert(to->by != NULL && to->by->ops == &ops);
    stream = new_stream(port, &to->address, to->port);
    if (stream == NULL)
        return ERR_NO_MEMORY;
    if (local(&stream->base, &own, &ignored) != ERR_OK || own.family != to->address.family) {
        close_stream(&stream->base);
        return ERR_UNREACHABLE;
    }
    bind_to(&stream->base, on_event, ctx);
    stream->connecting = true;
    settle(port);
    *ret_stream = &stream->base;
    return ERR_OK;
}
