/* Made by tools/public_headers of src/iface/data_call.h. */
/* tlsmodem/data_call.h: what the engine asks for a host that dials the packet network (ATD*99#): a
 * stream (net.h) to somebody who speaks PPP with it.
 *
 * It stacks: who stands around an `inner` one has only the operations that it cares about, and may
 * give a stream around the inner one's.
 */
#ifndef TLSMODEM_IFACE_DATA_CALL_H
#define TLSMODEM_IFACE_DATA_CALL_H

#include "tlsmodem/net.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Who calls, and for what. */
struct tlsmodem_data_call {
    size_t port;         /* the modem's terminal, from 1; those of a multiplexer follow the ports */
    size_t cid;          /* PDP context, which is up */
    const char *apn;     /* "": none was said */
    const char *address; /* that the host is told of the context: what PPP is to give it */
    const char *number;  /* as it was dialled, "*99***1#" */
};

struct tlsmodem_data_calls;

struct tlsmodem_data_calls_ops {
    enum tlsmodem_err (*open)(struct tlsmodem_data_calls *calls,
                              const struct tlsmodem_data_call *call,
                              tlsmodem_net_event_fn *on_event, void *ctx,
                              struct tlsmodem_net_stream **ret_stream);
};

/* Owned by who opened it.  It outlives all streams. */
struct tlsmodem_data_calls {
    const struct tlsmodem_data_calls_ops *ops;
    /* Has the operations that are NULL in `ops`; NULL: all are there. */
    struct tlsmodem_data_calls *inner;
};

/* Starts a call; `call` is borrowed until this returns.  TLSMODEM_NET_CONNECTED or
 * TLSMODEM_NET_FAILED follows from the loop, as for tlsmodem_net_connect(), and the stream is like
 * a TCP one without addresses: it ends when the other side has, behind all that it has sent;
 * tlsmodem_net_stream_close() hangs up.  An error means that nothing was started, and the log has a
 * line. */
static inline enum tlsmodem_err tlsmodem_data_call_open(struct tlsmodem_data_calls *calls,
                                                        const struct tlsmodem_data_call *call,
                                                        tlsmodem_net_event_fn *on_event, void *ctx,
                                                        struct tlsmodem_net_stream **ret_stream)
{
    assert(call->port >= 1 && call->cid >= 1 && on_event != NULL);
    assert(call->apn != NULL && call->address != NULL && call->number != NULL);
    while (calls->ops->open == NULL)
        calls = calls->inner;
    return calls->ops->open(calls, call, on_event, ctx, ret_stream);
}

#ifdef __cplusplus
}
#endif

#endif
