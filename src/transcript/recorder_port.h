/* recorder_port.h: the ports of a modem that is recorded. */
#ifndef TRANSCRIPT_RECORDER_PORT_H
#define TRANSCRIPT_RECORDER_PORT_H

#include "transcript/recorder_state.h"

/* What a recorder's terminal does itself; the rest it leaves to the module's. */
extern const struct terminal_ops recorder_port_ops;

#endif
