/* data_call.h: what the engine asks for a host that dials the packet network (ATD*99#): a stream
 * (net.h) to somebody who speaks PPP with it.
 *
 * It stacks: who stands around an `inner` one has only the operations that it cares about, and may
 * give a stream around the inner one's.
 */
#ifndef IFACE_DATA_CALL_H
#define IFACE_DATA_CALL_H

#include "iface/net.h"

/* Who calls, and for what. */
struct data_call {
    size_t port;         /* the modem's terminal, from 1; those of a multiplexer follow the ports */
    size_t cid;          /* PDP context, which is up */
    const char *apn;     /* "": none was said */
    const char *address; /* that the host is told of the context: what PPP is to give it */
    const char *number;  /* as it was dialled, "*99***1#" */
};

struct data_calls;

struct data_calls_ops {
    enum err (*open)(struct data_calls *calls, const struct data_call *call, net_event_fn *on_event,
                     void *ctx, struct net_stream **ret_stream);
};

/* Owned by who opened it.  It outlives all streams. */
struct data_calls {
    const struct data_calls_ops *ops;
    /* Has the operations that are NULL in `ops`; NULL: all are there. */
    struct data_calls *inner;
};

/* Starts a call; `call` is borrowed until this returns.  NET_CONNECTED or NET_FAILED follows from
 * the loop, as for net_connect(), and the stream is like a TCP one without addresses: it ends when
 * the other side has, behind all that it has sent; net_stream_close() hangs up.  An error means
 * that nothing was started, and the log has a line. */
static inline enum err data_call_open(struct data_calls *calls, const struct data_call *call,
                                      net_event_fn *on_event, void *ctx,
                                      struct net_stream **ret_stream)
{
    assert(call->port >= 1 && call->cid >= 1 && on_event != NULL);
    assert(call->apn != NULL && call->address != NULL && call->number != NULL);
    while (calls->ops->open == NULL)
        calls = calls->inner;
    return calls->ops->open(calls, call, on_event, ctx, ret_stream);
}

#endif
