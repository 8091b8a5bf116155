/* shadow.h: a module of ours that is fed what the host types to the real one.
 *
 * It takes the bytes when it can, up to a mark that its owner sets; what it says goes to the owner.
 */
#ifndef DAEMON_TAP_SHADOW_H
#define DAEMON_TAP_SHADOW_H

#include "common/providers.h"
#include "runtime/modem.h"

struct shadow;

struct shadow_config {
    const char *model;
    struct net *net; /* NULL: the world's */
    const struct providers *providers;
    const struct log *log; /* NULL: silence */
    /* It has said these; from inside shadow_feed() or from the loop.  NULL: nobody listens. */
    void (*on_said)(void *ctx, struct span bytes);
    /* Its circuits are these now: DCD, DSR and RI.  NULL: nobody looks. */
    void (*on_circuits)(void *ctx, unsigned circuits);
    void *ctx;
};

/* Makes one, on.  The errors of runtime_modem_open(): `ret_failure` says why. */
enum err shadow_open(struct runtime_world *world, const struct shadow_config *config,
                     struct port_failure *ret_failure, struct shadow **ret_shadow);

/* Gives it more of what the host types.  False: it has taken none of so many that there is no room,
 * or no memory, for more, and misses these. */
bool shadow_feed(struct shadow *shadow, struct span bytes);

/* It takes no byte behind the first `count` of all; UINT64_MAX, as in the beginning: any. */
void shadow_limit(struct shadow *shadow, uint64_t count);

/* How many it has taken. */
uint64_t shadow_taken(const struct shadow *shadow);

/* Its host has DTR so. */
void shadow_set_dtr(struct shadow *shadow, bool on);

/* Its circuits as they are: DCD, DSR and RI. */
unsigned shadow_circuits(const struct shadow *shadow);

/* To be asked of, and nothing else. */
const struct tlsmodem *shadow_engine(const struct shadow *shadow);

/* NULL is nothing.  From outside of on_said(). */
void shadow_close(struct shadow *shadow);

#endif
