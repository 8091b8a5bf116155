/* play_peer.h: steps of peers. */
#ifndef TRANSCRIPT_PLAY_PEER_H
#define TRANSCRIPT_PLAY_PEER_H

#include "transcript/play_state.h"

/* A step of a peer; false: it came out otherwise, and play->why says how. */
bool play_peer(struct play *play, const struct script_step *step);

#endif
