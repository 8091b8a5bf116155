/* world_step.h: a step of the world happens to a modem: its network, its SIM, its callers, its
 * power. */
#ifndef TRANSCRIPT_WORLD_STEP_H
#define TRANSCRIPT_WORLD_STEP_H

#include "transcript/script.h"

enum { WORLD_STEP_WHY_CAP = 2 * LAB_TEXT_MAX };

/* True for a step that world_step_do() knows: SET, ACT, FAULT, LINK. */
bool world_step_is(const struct script_step *step);

/* Does it.  `port`, from 0 and below the modem's terminals, is whose circuits are meant; `first` is
 * the step's text with its variables filled in, or of FAULT and LINK their words, `second` its
 * second text.  From outside of the modem's callbacks.  An error is that of the call that it is,
 * and `why` gets one sentence. */
enum err world_step_do(struct tlsmodem *modem, size_t port, const struct script_step *step,
                       struct span first, struct span second, struct text *why);

#endif
