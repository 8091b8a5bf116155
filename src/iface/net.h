/* net.h: what the engine asks of a network.
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

struct net_query;  /* a name on its way to addresses; owned by the network */
struct net_stream; /* a TCP connection; owned by the network, released by close() */

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

struct net_ops {
    /* Looks `name` up: a host name, an IPv4 or an IPv6 address as text.  An error means that
     * nothing was started. */
    enum err (*resolve)(void *net, const char *name, net_resolved_fn *on_resolved, void *ctx,
                        struct net_query **ret_query);
    void (*cancel)(struct net_query *query);

    /* Starts a TCP connection.  An error means that nothing was started. */
    enum err (*connect)(void *net, const struct net_address *to, uint16_t port,
                        net_event_fn *on_event, void *ctx, struct net_stream **ret_stream);

    /* Bytes received, or 0 when the peer has finished sending, or -ERR_AGAIN, -ERR_RESET, ... */
    ptrdiff_t (*recv)(struct net_stream *stream, void *buf, size_t cap);
    /* Bytes accepted (1 to len), or -ERR_AGAIN, -ERR_RESET, ... */
    ptrdiff_t (*send)(struct net_stream *stream, const void *data, size_t len);

    /* Which events to report from now on: NET_WANT_READ | NET_WANT_WRITE, or 0.  Level-triggered:
     * an event comes again from the loop as long as its cause holds. */
    void (*want)(struct net_stream *stream, unsigned events);

    /* Ends the connection and forgets it.  Bytes that send() accepted still go out. */
    void (*close)(struct net_stream *stream);
};

struct net {
    const struct net_ops *ops;
    void *impl;
};

#endif
