/* reader_peer.h: steps of peers: `peer [NAME] VERB …`. */
#ifndef TRANSCRIPT_READER_PEER_H
#define TRANSCRIPT_READER_PEER_H

#include "transcript/reader_state.h"

/* Reads what is behind `peer` into the reader's step; a mistake is told. */
void reader_take_peer_step(struct reader *reader, struct span rest);

#endif
