/* recorder_net.h: the network of a modem that is recorded. */
#ifndef TRANSCRIPT_RECORDER_NET_H
#define TRANSCRIPT_RECORDER_NET_H

#include "transcript/recorder_state.h"

/* The operations of a recorder's network. */
extern const struct net_ops recorder_net_ops;

/* The same of its data calls. */
extern const struct data_calls_ops recorder_calls_ops;

#endif
