/* no_module.h: what a terminal does that has no module behind it, where a module would do
 * something: nothing. */
#ifndef IFACE_NO_MODULE_H
#define IFACE_NO_MODULE_H

#include "iface/channel.h"

/* terminal_ops.set_dtr of such a terminal: circuits go another way. */
static inline void terminal_leave_dtr(struct terminal *terminal, bool on)
{
    (void)terminal;
    (void)on;
}

/* Of abort, accept_lf and host_gone. */
static inline void terminal_do_nothing(struct terminal *terminal)
{
    (void)terminal;
}

/* Of busy, end_input and online. */
static inline bool terminal_say_no(struct terminal *terminal)
{
    (void)terminal;
    return false;
}

#endif
