/* junction.h: joins two ports, so that what comes at one goes out at the other, byte for byte.
 *
 * Each port drives a terminal; what one is fed the other offers, up to JUNCTION_BYTES, then the
 * side that sends waits.
 */
#ifndef DAEMON_TAP_JUNCTION_H
#define DAEMON_TAP_JUNCTION_H

#include "base/bytes.h"
#include "iface/channel.h"

enum { JUNCTION_BYTES = 65536 };

struct junction;

struct junction_side {
    struct terminal base; /* drive this */
    struct junction *junction;
    struct junction_side *other;
    struct channel *channel; /* that carries it; NULL until junction_attach() */
    struct bytes out;        /* what it offers */
    bool refused;            /* the other side had more than there was room for */
    bool held;               /* it offers nothing now */
};

/* In memory of the owner's, where it stays. */
struct junction {
    struct junction_side host, module;
    /* The host has sent something: whether it may be taken now.  Where not, the host is asked again
     * when what the module's side offers has gone out. */
    bool (*may_take)(void *ctx);
    /* What the host has sent was taken; from inside its feed. */
    void (*on_host)(void *ctx, struct span bytes);
    /* The same of the module. */
    void (*on_module)(void *ctx, struct span bytes);
    void *ctx;
};

/* Makes one of nothing but its hooks, which are copied. */
void junction_init(struct junction *junction, const struct junction *hooks);

/* Who carries a side, until the end; before bytes move. */
void junction_attach(struct junction_side *side, struct channel *channel);

/* What a side has to offer waits, or goes on. */
void junction_hold(struct junction_side *side, bool held);

/* Who sends to this side is asked for more, if it was refused. */
void junction_retry(struct junction_side *side);

/* Wipes and frees what waits, after the ports are closed. */
void junction_deinit(struct junction *junction);

#endif
