/* count_calls.c: see count_calls.h. */
#include "wrap/count_calls.h"

#include <stdlib.h>

struct counted_call {
    struct net_stream base; /* first */
    struct count_sums *sums;
};

static void close_call(struct net_stream *base)
{
    struct counted_call *call = (struct counted_call *)base;

    count_remove(&call->sums->calls);
    net_stream_close(base->inner);
    free(call);
}

static const struct net_stream_ops stream_ops = { .close = close_call };

static enum err open_call(struct data_calls *base, const struct data_call *dialled,
                          net_event_fn *on_event, void *ctx, struct net_stream **ret_stream)
{
    struct count_sums *sums = ((struct count_calls *)base)->sums;
    struct counted_call *call = calloc(1, sizeof(*call));
    enum err err = ERR_NO_MEMORY;

    if (call != NULL)
        err = data_call_open(base->inner, dialled, on_event, ctx, &call->base.inner);
    count_add(&sums->calls_made[err != ERR_OK], 1);
    if (err != ERR_OK) {
        free(call);
        return err;
    }
    call->base.ops = &stream_ops;
    call->sums = sums;
    count_add(&sums->calls, 1);
    *ret_stream = &call->base;
    return ERR_OK;
}

void count_calls_init(struct count_calls *calls, struct data_calls *inner, struct count_sums *sums)
{
    static const struct data_calls_ops ops = { .open = open_call };

    *calls = (struct count_calls){ .base = { &ops, inner }, .sums = sums };
}
