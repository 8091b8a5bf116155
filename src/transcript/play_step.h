/* play_step.h: a script plays step by step. */
#ifndef TRANSCRIPT_PLAY_STEP_H
#define TRANSCRIPT_PLAY_STEP_H

#include "transcript/play_state.h"

/* Begins it: a struct of the caller's, who ends it by play_close().  False: a variable of the
 * stage cannot be kept, and play->why says so. */
bool play_open(struct play *play, const struct play_config *config);

/* One step; false: it came out otherwise, and play->why says how. */
bool play_step(struct play *play, const struct script_step *step);

/* Adds where `step` stands, why it came out otherwise, what came before, and the module's log;
 * without a step: of what was left at the end. */
void play_explain(struct play *play, const struct script_step *step, struct report *report);

/* Frees what it holds. */
void play_close(struct play *play);

#endif
