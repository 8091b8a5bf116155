/* calls_fleet.h: the calls that are for all modems, or have them come and go. */
#ifndef CONTROL_CALLS_FLEET_H
#define CONTROL_CALLS_FLEET_H

#include "control/call.h"

/* GET: all of them, as calls_modem_show() has one. */
void calls_fleet_list(struct call *call);

/* POST: one more, as a file has it. */
void calls_fleet_add(struct call *call);

/* DELETE: the modem that the call has found. */
void calls_fleet_remove(struct call *call);

/* POST: network, SIM and power of each modem are as they were before the first call. */
void calls_fleet_reset(struct call *call);

#endif
