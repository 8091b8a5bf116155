/* circuit.h: the words of circuits in transcripts. */
#ifndef TRANSCRIPT_CIRCUIT_H
#define TRANSCRIPT_CIRCUIT_H

#include "base/span.h"
#include "iface/channel.h"

/* "dtr" of LINE_DTR.  Static. */
const char *circuit_word(enum channel_line circuit);

/* The circuit of this word; false: there is none. */
bool circuit_find(struct span word, enum channel_line *ret_circuit);

/* True for those that a host drives: DTR and RTS. */
static inline bool circuit_is_of_host(enum channel_line circuit)
{
    return circuit == LINE_DTR || circuit == LINE_RTS;
}

#endif
