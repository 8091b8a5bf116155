/* recorder_net.h: the network of a modem that is recorded. */
#ifndef TRANSCRIPT_RECORDER_NET_H
#define TRANSCRIPT_RECORDER_NET_H

#include "transcript/recorder_state.h"

/* Makes the network of `recorder`, around `inner`, borrowed. */
void recorder_net_init(struct recorder_net *net, struct recorder *recorder, struct net *inner);

/* The operations of its data calls. */
extern const struct data_calls_ops recorder_calls_ops;

#endif
