/* calls_modem.h: the calls that are for one modem, which call.h has found. */
#ifndef CONTROL_CALLS_MODEM_H
#define CONTROL_CALLS_MODEM_H

#include "control/call.h"

/* GET: how it is. */
void calls_modem_show(struct call *call);

/* PATCH: the body's settings, in the order of laboratory/setting.h; "clock" also {"advance": TIME};
 * "port", from 1, is whose circuits are meant. */
void calls_modem_change(struct call *call);

/* POST: an act of laboratory/act.h, with its values as keys of the body. */
void calls_modem_act(struct call *call);

/* GET: its journal. */
void calls_modem_journal(struct call *call);

/* GET: events of it, or of all modems where none is named. */
void calls_modem_events(struct call *call);

/* The settings that a change takes, and what else, by index; NULL past the last. */
const char *calls_modem_key(size_t index);

#endif
