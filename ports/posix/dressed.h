/* dressed.h: a terminal in front of a module's, for ports that do not carry its bytes as they are.
 *
 * What such a port does not care about goes to the module's terminal as it is.
 */
#ifndef POSIX_DRESSED_H
#define POSIX_DRESSED_H

#include "iface/channel.h"

struct dressed {
    struct terminal base;    /* what the channel speaks to */
    struct terminal *module; /* NULL before port_start() */
};

/* terminal_ops.set_dtr of `module`; like those below, an operation for a port's own table. */
void dressed_set_dtr(struct terminal *dressed, bool on);

/* terminal_ops.abort of `module`. */
void dressed_abort(struct terminal *dressed);

/* terminal_ops.busy of `module`. */
bool dressed_busy(struct terminal *dressed);

/* terminal_ops.accept_lf of `module`. */
void dressed_accept_lf(struct terminal *dressed);

/* terminal_ops.end_input of `module`. */
bool dressed_end_input(struct terminal *dressed);

/* terminal_ops.online of `module`. */
bool dressed_online(struct terminal *dressed);

#endif
