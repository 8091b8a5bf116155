/* capture_net.h: the network of a modem whose packets are captured. */
#ifndef CAPTURE_CAPTURE_NET_H
#define CAPTURE_CAPTURE_NET_H

#include "capture/capture_state.h"

/* The operations of a capture's network. */
extern const struct net_ops capture_net_ops;

#endif
