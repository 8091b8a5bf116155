/* net_stream.h: sockets with an other side, as streams of iface/net.h. */
#ifndef POSIX_NET_STREAM_H
#define POSIX_NET_STREAM_H

#include "posix/fd_watch.h"
#include "posix/net_internal.h"

struct posix_stream {
    struct net_stream base;
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
 * Nobody gets its events before net_stream_bind().  ERR_NO_MEMORY, or an error of the loop. */
enum err posix_stream_new(struct posix_net *net, int fd, bool datagrams,
                          struct posix_stream **ret_stream);

/* Reports NET_CONNECTED or NET_FAILED, when that is decided.  Once, of a new stream. */
void posix_stream_await_connect(struct posix_stream *stream);

#endif
