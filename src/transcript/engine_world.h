/* engine_world.h: what the world around the engine's stage does to the module: network, SIM, calls,
 * messages, power. */
#ifndef TRANSCRIPT_ENGINE_WORLD_H
#define TRANSCRIPT_ENGINE_WORLD_H

#include "transcript/stage.h"

/* As stage_ops.change(). */
bool engine_world_change(struct stage *base, const struct script_step *step, struct span first,
                         struct span second, struct report *why);

#endif
