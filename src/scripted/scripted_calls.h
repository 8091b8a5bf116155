/* scripted_calls.h: data calls (iface/data_call.h) whose other side is a peer of the scripted
 * network: the one that listens on a TCP port.
 */
#ifndef SCRIPTED_CALLS_H
#define SCRIPTED_CALLS_H

#include "iface/data_call.h"
#include "scripted/scripted_net.h"

enum { SCRIPTED_CALL_TEXT = 64 };

struct scripted_calls {
    struct data_calls base; /* first: what the engine is given */
    struct scripted_net *net;
    uint16_t port; /* of the peer; may be changed between calls */
    /* The last one that was asked for; its texts are cut. */
    unsigned count;
    size_t last_port, last_cid;
    char last_apn[SCRIPTED_CALL_TEXT], last_address[SCRIPTED_CALL_TEXT];
    char last_number[SCRIPTED_CALL_TEXT];
};

/* Borrows `net`. */
void scripted_calls_init(struct scripted_calls *calls, struct scripted_net *net);

#endif
