/* capture_net.h: the network of a modem whose packets are captured. */
#ifndef CAPTURE_CAPTURE_NET_H
#define CAPTURE_CAPTURE_NET_H

#include "capture/capture_state.h"

/* Makes the network of `capture`, around `inner`, borrowed. */
void capture_net_init(struct capture_net *net, struct capture *capture, struct net *inner);

#endif
