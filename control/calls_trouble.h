/* calls_trouble.h: the calls about a modem's link and its faults. */
#ifndef CONTROL_CALLS_TROUBLE_H
#define CONTROL_CALLS_TROUBLE_H

#include "control/call.h"

/* PUT: {"name", "down", "up", "rtt", "jitter", "loss"}, as --link has them. */
void calls_trouble_set_link(struct call *call);

/* DELETE: none. */
void calls_trouble_clear_link(struct call *call);

/* GET: the faults there are, with what they have struck. */
void calls_trouble_list(struct call *call);

/* POST: one more, of the form of docs/contract.md. */
void calls_trouble_add(struct call *call);

/* DELETE: all, or the one whose number is the call's argument. */
void calls_trouble_remove(struct call *call);

/* The keys of a link's body, NULL behind the last; then those of a fault's and of its "when". */
extern const char *const calls_trouble_link_keys[];
extern const char *const calls_trouble_fault_keys[];
extern const char *const calls_trouble_when_keys[];

#endif
