/* Made by tools/public_headers of src/iface/net.h. */
/* tlsmodem/net.h: what the engine asks of a network: names, TCP, UDP, and echo requests.
 *
 * Nothing blocks.  A call starts work; what comes of it is reported through the callback given at
 * the start, always from the event loop and never from inside the call that started it.  After
 * tlsmodem_net_cancel(), tlsmodem_net_unlisten() or tlsmodem_net_stream_close() no callback comes
 * any more.  All calls come from the loop's thread, also from inside callbacks.
 *
 * Each object begins with its operations and is used by the functions below.  It stacks: a network
 * or a stream may stand around an `inner` one and has only the operations that it cares about; any
 * other, NULL in its table, is the inner one's.
 */
#ifndef TLSMODEM_IFACE_NET_H
#define TLSMODEM_IFACE_NET_H

#include "tlsmodem/err.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tlsmodem_net_family { TLSMODEM_NET_IPV4, TLSMODEM_NET_IPV6 };

struct tlsmodem_net_address {
    enum tlsmodem_net_family family;
    uint8_t bytes[16]; /* network order; 4 or 16 of them count */
    uint32_t scope; /* index of an interface: of an IPv6 address of one link alone, or of a source
                     * that leaves by it; else 0 */
};

enum tlsmodem_net_transport {
    TLSMODEM_NET_TCP,
    TLSMODEM_NET_UDP /* what is sent is one datagram to the other side, what is received is one of
                      * its; what `cap` does not hold of it is lost, an empty one is skipped, and 0
                      * never comes */
};

struct tlsmodem_net;
struct tlsmodem_net_query;
struct tlsmodem_net_listener;
struct tlsmodem_net_stream;

/* Where a connection goes. */
struct tlsmodem_net_target {
    enum tlsmodem_net_transport transport;
    struct tlsmodem_net_address address;
    uint16_t port;
    uint16_t local_port;                /* 0: the network chooses */
    bool has_source;                    /* else the network chooses; of the family of `address` */
    struct tlsmodem_net_address source; /* of the machine, where the connection comes from */
    struct tlsmodem_net_listener *by;   /* UDP: a listener of datagrams, whose port it has, and no
                                         * other; it   lives until the stream is connected or closed.
                                         * NULL: a port of   its own */
};

/* `err` is TLSMODEM_ERR_OK with at least one address, in the order in which to try them, or
 * TLSMODEM_ERR_RESOLVE, TLSMODEM_ERR_NO_NAME_SERVER where none has given an answer,
 * TLSMODEM_ERR_NO_MEMORY. `list` is gone when the callback returns.  The query is released before;
 * do not cancel it any more. */
typedef void tlsmodem_net_resolved_fn(void *ctx, enum tlsmodem_err err,
                                      const struct tlsmodem_net_address *list, size_t count);

enum tlsmodem_net_event {
    TLSMODEM_NET_CONNECTED, /* once, after tlsmodem_net_connect(); the stream may be used */
    TLSMODEM_NET_FAILED,    /* once, instead of TLSMODEM_NET_CONNECTED; `err` says why; close it */
    TLSMODEM_NET_READABLE,  /* tlsmodem_net_stream_recv() has something to say; only while wanted */
    TLSMODEM_NET_WRITABLE   /* tlsmodem_net_stream_send() takes bytes again; only while wanted */
};
/* The stream may be closed from inside. */
typedef void tlsmodem_net_event_fn(void *ctx, enum tlsmodem_net_event event, enum tlsmodem_err err);

enum { TLSMODEM_NET_WANT_READ = 1, TLSMODEM_NET_WANT_WRITE = 2 };

/* A connection has come in: the callee owns it, binds or closes it before it returns, and may end
 * the listener. */
typedef void tlsmodem_net_accepted_fn(void *ctx, struct tlsmodem_net_stream *stream,
                                      const struct tlsmodem_net_address *from, uint16_t port);

/* An ICMP echo request (RFC 792, RFC 4443). */
struct tlsmodem_net_echo {
    struct tlsmodem_net_address to;
    size_t bytes;                       /* of payload, 0 to TLSMODEM_NET_ECHO_MAX */
    int ttl;                            /* 1 to 255; 0: the network's own */
    uint32_t timeout_ms;                /* for the answer */
    bool has_source;                    /* else the network chooses; of the family of `to` */
    struct tlsmodem_net_address source; /* of the machine, where the request comes from */
};
enum { TLSMODEM_NET_ECHO_MAX = 1500 };

/* TLSMODEM_ERR_OK with the round trip and the answer's TTL (0 where unknown), TLSMODEM_ERR_TIMEOUT,
 * TLSMODEM_ERR_UNREACHABLE, TLSMODEM_ERR_DENIED when the machine lets no program ask. The query is
 * released before. */
typedef void tlsmodem_net_echo_fn(void *ctx, enum tlsmodem_err err, uint32_t round_trip_ms,
                                  int ttl);

/* TCP keep-alive (RFC 1122, 4.2.3.6): after so long a silence probes, until so many in a row were
 * not answered; then the connection has failed with TLSMODEM_ERR_TIMEOUT. */
struct tlsmodem_net_keep_alive {
    int idle_s; /* 0: no probes */
    int interval_s, count;
};

/* ---- queries: a name on its way to addresses, or an echo ---- */

struct tlsmodem_net_query_ops {
    void (*cancel)(struct tlsmodem_net_query *query);
};

/* Made and owned by the network; ends with its callback or by tlsmodem_net_cancel(). */
struct tlsmodem_net_query {
    const struct tlsmodem_net_query_ops *ops;
};

/* Ends a query whose callback has not come, and forgets it. */
static inline void tlsmodem_net_cancel(struct tlsmodem_net_query *query)
{
    assert(query != NULL);
    query->ops->cancel(query);
}

/* ---- listeners: a port that is listened on ---- */

struct tlsmodem_net_listener_ops {
    void (*unlisten)(struct tlsmodem_net_listener *listener);
};

/* Made and owned by the network; ends by tlsmodem_net_unlisten(). */
struct tlsmodem_net_listener {
    const struct tlsmodem_net_listener_ops *ops;
};

/* Ends it and forgets it; connections that it has handed over stay. */
static inline void tlsmodem_net_unlisten(struct tlsmodem_net_listener *listener)
{
    assert(listener != NULL);
    listener->ops->unlisten(listener);
}

/* ---- streams: a connection ---- */

struct tlsmodem_net_stream_ops {
    ptrdiff_t (*recv)(struct tlsmodem_net_stream *stream, void *buf, size_t cap);
    ptrdiff_t (*send)(struct tlsmodem_net_stream *stream, const void *data, size_t len);
    void (*want)(struct tlsmodem_net_stream *stream, unsigned events);
    void (*keep_alive)(struct tlsmodem_net_stream *stream,
                       const struct tlsmodem_net_keep_alive *probes); /* may be missing */
    void (*close)(struct tlsmodem_net_stream *stream);
    enum tlsmodem_err (*local)(struct tlsmodem_net_stream *stream,
                               struct tlsmodem_net_address *ret_address, uint16_t *ret_port);
    void (*bind)(struct tlsmodem_net_stream *stream, tlsmodem_net_event_fn *on_event, void *ctx);
};

/* Made and owned by the network; ends by tlsmodem_net_stream_close(). */
struct tlsmodem_net_stream {
    const struct tlsmodem_net_stream_ops *ops;
    /* Has the operations that are NULL in `ops`; NULL: all are there. */
    struct tlsmodem_net_stream *inner;
};

/* Receives into `buf`, `cap` bytes and not 0, of a stream that is connected.  Bytes received, or 0
 * when the peer has finished sending, or -TLSMODEM_ERR_AGAIN, -TLSMODEM_ERR_RESET,
 * -TLSMODEM_ERR_TIMEOUT for one that does not answer any more, or another error; an end is said
 * again each time.  Of a datagram its length, also where that is more than `cap`: the rest of it is
 * lost. */
static inline ptrdiff_t tlsmodem_net_stream_recv(struct tlsmodem_net_stream *stream, void *buf,
                                                 size_t cap)
{
    assert(cap > 0);
    while (stream->ops->recv == NULL)
        stream = stream->inner;
    return stream->ops->recv(stream, buf, cap);
}

/* Sends on a stream that is connected; `len` is not 0.  Bytes accepted (1 to len), or
 * -TLSMODEM_ERR_AGAIN, -TLSMODEM_ERR_RESET, or another error. */
static inline ptrdiff_t tlsmodem_net_stream_send(struct tlsmodem_net_stream *stream,
                                                 const void *data, size_t len)
{
    assert(len > 0);
    while (stream->ops->send == NULL)
        stream = stream->inner;
    return stream->ops->send(stream, data, len);
}

/* Which events to report from now on: TLSMODEM_NET_WANT_READ | TLSMODEM_NET_WANT_WRITE, or 0, as in
 * the beginning. Level-triggered: an event comes again from the loop as long as its cause holds. */
static inline void tlsmodem_net_stream_want(struct tlsmodem_net_stream *stream, unsigned events)
{
    assert((events & ~(unsigned)(TLSMODEM_NET_WANT_READ | TLSMODEM_NET_WANT_WRITE)) == 0);
    while (stream->ops->want == NULL)
        stream = stream->inner;
    stream->ops->want(stream, events);
}

/* Probes of a TCP connection from now on; a new one has none.  Nothing for UDP, or where it cannot.
 */
static inline void tlsmodem_net_stream_keep_alive(struct tlsmodem_net_stream *stream,
                                                  const struct tlsmodem_net_keep_alive *probes)
{
    assert(probes->idle_s >= 0 && (probes->idle_s == 0 || probes->count > 0));
    while (stream != NULL && stream->ops->keep_alive == NULL)
        stream = stream->inner;
    if (stream != NULL)
        stream->ops->keep_alive(stream, probes);
}

/* Ends the connection and forgets it, in any state.  Bytes that were accepted still go out; of one
 * that is not connected nothing is left when this returns. */
static inline void tlsmodem_net_stream_close(struct tlsmodem_net_stream *stream)
{
    assert(stream != NULL);
    while (stream->ops->close == NULL)
        stream = stream->inner;
    stream->ops->close(stream);
}

/* Our own end of a connection: its address and port. */
static inline enum tlsmodem_err tlsmodem_net_stream_local(struct tlsmodem_net_stream *stream,
                                                          struct tlsmodem_net_address *ret_address,
                                                          uint16_t *ret_port)
{
    assert(ret_address != NULL && ret_port != NULL);
    while (stream->ops->local == NULL)
        stream = stream->inner;
    return stream->ops->local(stream, ret_address, ret_port);
}

/* Who gets the events from now on, of a connection that has come in. */
static inline void tlsmodem_net_stream_bind(struct tlsmodem_net_stream *stream,
                                            tlsmodem_net_event_fn *on_event, void *ctx)
{
    assert(on_event != NULL);
    while (stream->ops->bind == NULL)
        stream = stream->inner;
    stream->ops->bind(stream, on_event, ctx);
}

/* ---- the network ---- */

struct tlsmodem_net_ops {
    enum tlsmodem_err (*resolve)(struct tlsmodem_net *net, const char *name,
                                 tlsmodem_net_resolved_fn *on_resolved, void *ctx,
                                 struct tlsmodem_net_query **ret_query);
    enum tlsmodem_err (*connect)(struct tlsmodem_net *net, const struct tlsmodem_net_target *to,
                                 tlsmodem_net_event_fn *on_event, void *ctx,
                                 struct tlsmodem_net_stream **ret_stream);
    /* These may be missing, down to the innermost: a network that cannot. */
    enum tlsmodem_err (*listen)(struct tlsmodem_net *net, const struct tlsmodem_net_address *at,
                                uint16_t port, tlsmodem_net_accepted_fn *on_accepted, void *ctx,
                                struct tlsmodem_net_listener **ret_listener, uint16_t *ret_port);
    enum tlsmodem_err (*echo)(struct tlsmodem_net *net, const struct tlsmodem_net_echo *echo,
                              tlsmodem_net_echo_fn *on_echo, void *ctx,
                              struct tlsmodem_net_query **ret_query);
    /* Without them it has a mind of its own, and shows nobody. */
    void (*set_name_servers)(struct tlsmodem_net *net, const struct tlsmodem_net_address *list,
                             size_t count);
    size_t (*name_servers)(struct tlsmodem_net *net, struct tlsmodem_net_address *list, size_t cap);
    bool (*is_own)(struct tlsmodem_net *net,
                   const struct tlsmodem_net_address *address); /* may be missing */
    /* As `listen`, of UDP; may be missing, too. */
    enum tlsmodem_err (*listen_datagrams)(struct tlsmodem_net *net,
                                          const struct tlsmodem_net_address *at, uint16_t port,
                                          tlsmodem_net_accepted_fn *on_accepted, void *ctx,
                                          struct tlsmodem_net_listener **ret_listener,
                                          uint16_t *ret_port);
};

/* Owned by who opened it.  It outlives all queries, streams and listeners. */
struct tlsmodem_net {
    const struct tlsmodem_net_ops *ops;
    /* Has the operations that are NULL in `ops`; NULL: all are there that must be. */
    struct tlsmodem_net *inner;
};

/* Looks `name` up: a host name, an IPv4 or an IPv6 address as text.  An error means that nothing
 * was started: TLSMODEM_ERR_RESOLVE for what can be no name, TLSMODEM_ERR_NO_MEMORY. */
static inline enum tlsmodem_err tlsmodem_net_resolve(struct tlsmodem_net *net, const char *name,
                                                     tlsmodem_net_resolved_fn *on_resolved,
                                                     void *ctx,
                                                     struct tlsmodem_net_query **ret_query)
{
    assert(name != NULL);
    assert(on_resolved != NULL);
    while (net->ops->resolve == NULL)
        net = net->inner;
    return net->ops->resolve(net, name, on_resolved, ctx, ret_query);
}

/* The name servers that a host has told its module to ask from now on, in this order; `list` is
 * copied, `count` 0 means that there are none.  Whether they are asked is the network's choice. */
static inline void tlsmodem_net_set_name_servers(struct tlsmodem_net *net,
                                                 const struct tlsmodem_net_address *list,
                                                 size_t count)
{
    assert(list != NULL || count == 0);
    while (net != NULL && net->ops->set_name_servers == NULL)
        net = net->inner;
    if (net != NULL)
        net->ops->set_name_servers(net, list, count);
}

/* The name servers that the network gives to who has set none, in order, at most `cap` of them; how
 * many.  0: it does not say. */
static inline size_t tlsmodem_net_name_servers(struct tlsmodem_net *net,
                                               struct tlsmodem_net_address *list, size_t cap)
{
    while (net != NULL && net->ops->name_servers == NULL)
        net = net->inner;
    return net != NULL ? net->ops->name_servers(net, list, cap) : 0;
}

/* True when the address is one of the machine's that the network is on, as far as it knows. */
static inline bool tlsmodem_net_is_own(struct tlsmodem_net *net,
                                       const struct tlsmodem_net_address *address)
{
    while (net != NULL && net->ops->is_own == NULL)
        net = net->inner;
    return net != NULL && net->ops->is_own(net, address);
}

/* Starts a connection; a UDP one is only bound, and TLSMODEM_NET_CONNECTED follows all the same. An
 * error means that nothing was started: TLSMODEM_ERR_BUSY for a `local_port` that is taken.  `by`
 * is a listener of this network, and is not ended before TLSMODEM_NET_CONNECTED or
 * TLSMODEM_NET_FAILED has come, or the stream was closed; what the other side sends to its port
 * comes by the newest stream to there. */
static inline enum tlsmodem_err tlsmodem_net_connect(struct tlsmodem_net *net,
                                                     const struct tlsmodem_net_target *to,
                                                     tlsmodem_net_event_fn *on_event, void *ctx,
                                                     struct tlsmodem_net_stream **ret_stream)
{
    assert(on_event != NULL);
    assert(to->by == NULL || (to->transport == TLSMODEM_NET_UDP && to->local_port == 0));
    while (net->ops->connect == NULL)
        net = net->inner;
    return net->ops->connect(net, to, on_event, ctx, ret_stream);
}

/* Listens on an address of ours, on `port` or, when it is 0, on one that the network chooses.
 * TLSMODEM_ERR_BUSY, TLSMODEM_ERR_DENIED, TLSMODEM_ERR_UNSUPPORTED, or another error. */
static inline enum tlsmodem_err
tlsmodem_net_listen(struct tlsmodem_net *net, const struct tlsmodem_net_address *at, uint16_t port,
                    tlsmodem_net_accepted_fn *on_accepted, void *ctx,
                    struct tlsmodem_net_listener **ret_listener, uint16_t *ret_port)
{
    assert(on_accepted != NULL);
    while (net != NULL && net->ops->listen == NULL)
        net = net->inner;
    return net == NULL ? TLSMODEM_ERR_UNSUPPORTED
                       : net->ops->listen(net, at, port, on_accepted, ctx, ret_listener, ret_port);
}

/* The same for UDP: who sends a datagram and has no stream yet comes in by one, where that datagram
 * waits, and all that it sends from then on comes by that.  A sender whose stream was closed comes
 * in again.  What somebody is sent who has not written goes by tlsmodem_net_connect(), with the
 * listener as `by`. */
static inline enum tlsmodem_err
tlsmodem_net_listen_datagrams(struct tlsmodem_net *net, const struct tlsmodem_net_address *at,
                              uint16_t port, tlsmodem_net_accepted_fn *on_accepted, void *ctx,
                              struct tlsmodem_net_listener **ret_listener, uint16_t *ret_port)
{
    assert(on_accepted != NULL);
    while (net != NULL && net->ops->listen_datagrams == NULL)
        net = net->inner;
    return net == NULL ? TLSMODEM_ERR_UNSUPPORTED
                       : net->ops->listen_datagrams(net, at, port, on_accepted, ctx, ret_listener,
                                                    ret_port);
}

/* Sends one echo request; end it early by tlsmodem_net_cancel().  An error means that nothing was
 * started: TLSMODEM_ERR_INVALID for an echo that cannot be, TLSMODEM_ERR_DENIED as in the callback,
 * TLSMODEM_ERR_UNSUPPORTED. */
static inline enum tlsmodem_err tlsmodem_net_start_echo(struct tlsmodem_net *net,
                                                        const struct tlsmodem_net_echo *echo,
                                                        tlsmodem_net_echo_fn *on_echo, void *ctx,
                                                        struct tlsmodem_net_query **ret_query)
{
    assert(on_echo != NULL);
    while (net != NULL && net->ops->echo == NULL)
        net = net->inner;
    return net == NULL ? TLSMODEM_ERR_UNSUPPORTED
                       : net->ops->echo(net, echo, on_echo, ctx, ret_query);
}

#ifdef __cplusplus
}
#endif

#endif
