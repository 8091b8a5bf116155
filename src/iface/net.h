/* net.h: what the engine asks of a network: names, TCP, UDP, and echo requests.
 *
 * Nothing blocks.  A call starts work; what comes of it is reported through the callback given at
 * the start, always from the event loop and never from inside the call that started it.  After
 * cancel() or close() no callback comes any more.
 */
#ifndef IFACE_NET_H
#define IFACE_NET_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum net_family { NET_IPV4, NET_IPV6 };

struct net_address {
    enum net_family family;
    uint8_t bytes[16]; /* network order; 4 or 16 of them count */
    uint32_t scope;    /* IPv6 interface index, else 0 */
};

enum net_transport {
    NET_TCP,
    NET_UDP /* send() is one datagram to the other side, recv() one of its; what `cap` does not
             * hold of it is lost, an empty one is skipped, and recv() never says 0 */
};

/* Where a connection goes. */
struct net_target {
    enum net_transport transport;
    struct net_address address;
    uint16_t port;
    uint16_t local_port; /* 0: the network chooses */
};

struct net_query;    /* a name on its way to addresses, or an echo; owned by the network */
struct net_stream;   /* a connection; owned by the network, released by close() */
struct net_listener; /* a TCP port that is listened on; owned by the network, ended by unlisten() */

/* `err` is ERR_OK with at least one address, in the order in which to try them, or the failure.
 * The query is released before the callback runs; do not cancel it any more. */
typedef void net_resolved_fn(void *ctx, enum err err, const struct net_address *list, size_t count);

enum net_event {
    NET_CONNECTED, /* once, after connect(); the stream may be used */
    NET_FAILED,    /* once, instead of NET_CONNECTED; `err` says why; close() it */
    NET_READABLE,  /* recv() has something to say; only while wanted */
    NET_WRITABLE   /* send() takes bytes again; only while wanted */
};
typedef void net_event_fn(void *ctx, enum net_event event, enum err err);

enum { NET_WANT_READ = 1, NET_WANT_WRITE = 2 };

/* A connection has come in: the callee owns it, binds or closes it before it returns. */
typedef void net_accepted_fn(void *ctx, struct net_stream *stream, const struct net_address *from,
                             uint16_t port);

/* An ICMP echo request (RFC 792, RFC 4443). */
struct net_echo {
    struct net_address to;
    size_t bytes;        /* of payload, 0 to NET_ECHO_MAX */
    int ttl;             /* 1 to 255; 0: the network's own */
    uint32_t timeout_ms; /* for the answer */
};
enum { NET_ECHO_MAX = 1500 };

/* ERR_OK with the round trip and the answer's TTL (0 where unknown), ERR_TIMEOUT, ERR_UNREACHABLE,
 * ERR_DENIED when the machine lets no program ask. The query is released before. */
typedef void net_echo_fn(void *ctx, enum err err, uint32_t round_trip_ms, int ttl);

/* TCP keep-alive (RFC 1122, 4.2.3.6): after so long a silence probes, until so many in a row were
 * not answered; then the connection has failed with ERR_TIMEOUT. */
struct net_keep_alive {
    int idle_s; /* 0: no probes */
    int interval_s, count;
};

struct net_ops {
    /* Looks `name` up: a host name, an IPv4 or an IPv6 address as text.  An error means that
     * nothing was started. */
    enum err (*resolve)(void *net, const char *name, net_resolved_fn *on_resolved, void *ctx,
                        struct net_query **ret_query);
    void (*cancel)(struct net_query *query);

    /* Starts a connection; a UDP one is only bound, and NET_CONNECTED follows all the same.  An
     * error means that nothing was started: ERR_BUSY for a `local_port` that is taken. */
    enum err (*connect)(void *net, const struct net_target *to, net_event_fn *on_event, void *ctx,
                        struct net_stream **ret_stream);

    /* Bytes received, or 0 when the peer has finished sending, or -ERR_AGAIN, -ERR_RESET,
     * -ERR_TIMEOUT for one that does not answer any more, ... */
    ptrdiff_t (*recv)(struct net_stream *stream, void *buf, size_t cap);
    /* Bytes accepted (1 to len), or -ERR_AGAIN, -ERR_RESET, ... */
    ptrdiff_t (*send)(struct net_stream *stream, const void *data, size_t len);

    /* Which events to report from now on: NET_WANT_READ | NET_WANT_WRITE, or 0.  Level-triggered:
     * an event comes again from the loop as long as its cause holds. */
    void (*want)(struct net_stream *stream, unsigned events);

    /* Probes of a TCP connection from now on; a new one has none.  Nothing for UDP. */
    void (*keep_alive)(struct net_stream *stream, const struct net_keep_alive *probes);

    /* Ends the connection and forgets it.  Bytes that send() accepted still go out. */
    void (*close)(struct net_stream *stream);

    /* Our own end of a connection: its address and port. */
    enum err (*local)(const struct net_stream *stream, struct net_address *ret_address,
                      uint16_t *ret_port);

    /* Listens on an address of ours, on `port` or, when it is 0, on one that the network chooses.
     * ERR_BUSY, ERR_DENIED. */
    enum err (*listen)(void *net, const struct net_address *at, uint16_t port,
                       net_accepted_fn *on_accepted, void *ctx, struct net_listener **ret_listener,
                       uint16_t *ret_port);
    void (*unlisten)(struct net_listener *listener);
    /* Who gets the events of a connection that has come in. */
    void (*bind)(struct net_stream *stream, net_event_fn *on_event, void *ctx);

    /* Sends one echo request; end it early by cancel().  An error means that nothing was
     * started. */
    enum err (*echo)(void *net, const struct net_echo *echo, net_echo_fn *on_echo, void *ctx,
                     struct net_query **ret_query);
};

struct net {
    const struct net_ops *ops;
    void *impl;
};

#endif
