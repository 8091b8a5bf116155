/* scripted_calls.c: see scripted_calls.h. */
#include "scripted/scripted_calls.h"

#include <stdio.h>

static void keep(char *kept, const char *text)
{
    snprintf(kept, SCRIPTED_CALL_TEXT, "%.*s", SCRIPTED_CALL_TEXT - 1, text);
}

static enum err open_call(struct data_calls *base, const struct data_call *call,
                          net_event_fn *on_event, void *ctx, struct net_stream **ret_stream)
{
    struct scripted_calls *calls = (struct scripted_calls *)base;
    const struct net_target to = { .transport = NET_TCP,
                                   .address = { .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } },
                                   .port = calls->port };

    calls->count++;
    calls->last_port = call->port;
    calls->last_cid = call->cid;
    keep(calls->last_apn, call->apn);
    keep(calls->last_address, call->address);
    keep(calls->last_number, call->number);
    return scripted_connect(&calls->net->base, &to, on_event, ctx, ret_stream);
}

void scripted_calls_init(struct scripted_calls *calls, struct scripted_net *net)
{
    static const struct data_calls_ops ops = { .open = open_call };

    *calls = (struct scripted_calls){ .base.ops = &ops, .net = net };
}
