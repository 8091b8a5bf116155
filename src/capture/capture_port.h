/* capture_port.h: the ports of a modem whose packets are captured. */
#ifndef CAPTURE_CAPTURE_PORT_H
#define CAPTURE_CAPTURE_PORT_H

#include "capture/capture_state.h"

/* What a capture's terminal does itself; the rest it leaves to the module's. */
extern const struct terminal_ops capture_port_ops;

#endif
