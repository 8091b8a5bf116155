/* play_host.h: steps of hosts and of time. */
#ifndef TRANSCRIPT_PLAY_HOST_H
#define TRANSCRIPT_PLAY_HOST_H

#include "transcript/play_state.h"

/* A step of the host or of time; false: it came out otherwise, and play->why says how. */
bool play_host(struct play *play, const struct script_step *step);

#endif
