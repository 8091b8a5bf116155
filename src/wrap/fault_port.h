/* fault_port.h: an AT port that faults strike: between the module's terminal and the channel that
 * carries its bytes.
 *
 * While there are none, everything goes straight through.  What a line answers is known by where it
 * begins and ends in what the module says, never by when.
 */
#ifndef WRAP_FAULT_PORT_H
#define WRAP_FAULT_PORT_H

#include "iface/channel.h"
#include "iface/clock.h"
#include "wrap/fault_set.h"

struct fault_port;

struct fault_port_config {
    struct terminal *inner; /* the module's */
    struct clock *clock;    /* with timers */
    struct fault_set *set;
    bool (*in_prompt)(void *ctx); /* a prompt is open there */
    void *ctx;
};

/* Makes one, which nobody carries yet; what the config points to is borrowed.  ERR_NO_MEMORY. */
enum err fault_port_new(const struct fault_port_config *config, struct fault_port **ret_port);

/* Forgets what was on its way, and frees it.  NULL is nothing. */
void fault_port_free(struct fault_port *port);

/* Who carries its bytes from now on; NULL: nobody.  Returns the channel that the module's terminal
 * is to have then. */
struct channel *fault_port_attach(struct fault_port *port, struct channel *outer);

/* What the channel drives. */
struct terminal *fault_port_terminal(struct fault_port *port);

/* A command line begins to run, that of the set's scene; the module has `waiting` bytes for the
 * host. */
void fault_port_line_begins(struct fault_port *port, size_t waiting);

/* It has ended: of `waiting` bytes the last are the last of its answer. */
void fault_port_line_ends(struct fault_port *port, size_t waiting);

/* The module was switched on: noise of this fault comes first, as port `index` has it.  Not from
 * inside the channel. */
void fault_port_noise(struct fault_port *port, const struct fault *fault, size_t index);

#endif
