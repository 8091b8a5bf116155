/* net_stream.h: sockets with an other side, as streams of iface/net.h. */
#ifndef POSIX_NET_STREAM_H
#define POSIX_NET_STREAM_H

#include "posix/fd_watch.h"
#include "posix/net_internal.h"

struct net_stream {
    struct posix_net *net;
    struct fd_watch *watch;
    int fd;
    net_event_fn *on_event;
    void *ctx;
    unsigned wanted;
    bool datagrams; /* UDP */
    bool connecting;
    bool in_callback; /* close() leaves the freeing to on_ready() */
    bool closed;
    enum err failed; /* the kernel tells an error once, recv() and send() tell it for ever */
};

/* A stream on a connected socket, which it owns from then on; after an error the caller keeps it.
 * Nobody gets its events before net_stream_bind(). */
enum err net_stream_new(struct posix_net *net, int fd, bool datagrams,
                        struct net_stream **ret_stream);

/* Reports NET_CONNECTED or NET_FAILED, when that is decided. */
void net_stream_await_connect(struct net_stream *stream);

/* Members of struct net_ops. */
ptrdiff_t net_stream_recv(struct net_stream *stream, void *buf, size_t cap);
ptrdiff_t net_stream_send(struct net_stream *stream, const void *data, size_t len);
void net_stream_want(struct net_stream *stream, unsigned events);
void net_stream_keep_alive(struct net_stream *stream, const struct net_keep_alive *probes);
void net_stream_close(struct net_stream *stream);
void net_stream_bind(struct net_stream *stream, net_event_fn *on_event, void *ctx);
enum err net_stream_local(const struct net_stream *stream, struct net_address *ret_address,
                          uint16_t *ret_port);

#endif
