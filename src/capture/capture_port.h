/* capture_port.h: the ports of a modem whose packets are captured. */
#ifndef CAPTURE_CAPTURE_PORT_H
#define CAPTURE_CAPTURE_PORT_H

#include "capture/capture_state.h"

/* The operations of a capture's terminal. */
extern const struct terminal_ops capture_port_ops;

#endif
