/* control.h: the control port of a run: HTTP and JSON for programs, on this machine alone.
 *
 * Its web server has a thread of its own.  What a call does is done in the threads of the modems,
 * by way of the master's: the answer comes when it is done.
 */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include "control/gate.h"
#include "control/house.h"
#include "posix/port.h"

struct control;

/* Borrowed until control_close(), but for the gate, which is copied. */
struct control_config {
    const struct port_spec *at; /* PORT_UNIX, or PORT_TCP of a loopback address */
    struct gate gate;
    struct house house;
};

/* Listens from now on, and answers calls when control_set_ready() has said so.  `ret_failure` says
 * in one line what is wrong. */
enum err control_open(const struct control_config *config, struct port_failure *ret_failure,
                      struct control **ret_control);

/* Calls are done from now on.  From the master's thread. */
void control_set_ready(struct control *control);

/* What a journal's config has as is_heard and tell; `ctx` is a struct control. */
bool control_is_heard(void *ctx);

/* See above; any thread. */
void control_tell(void *ctx, uint64_t number, struct span event);

/* Ends it, in the master's thread, before the fleet is halted; a call under way is answered that
 * nothing is there any more.  What it is told from now on nobody hears. */
void control_stop(struct control *control);

/* Frees it, after control_stop(), and when nobody can tell it anything.  NULL is nothing. */
void control_close(struct control *control);

#endif
