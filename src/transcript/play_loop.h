/* play_loop.h: steps that come again. */
#ifndef TRANSCRIPT_PLAY_LOOP_H
#define TRANSCRIPT_PLAY_LOOP_H

#include "transcript/play_state.h"

/* REPEAT, END: goes on where the script goes on.  What has no end is played once, and where
 * `plays_once` is set all of it. */
void play_loop(struct play *play, const struct script_step *step);

#endif
