/* engine_config.h: what the engine's stage is given. */
#ifndef TRANSCRIPT_ENGINE_CONFIG_H
#define TRANSCRIPT_ENGINE_CONFIG_H

#include "transcript/fill.h"
#include "transcript/scenario.h"
#include "wrap/stack.h"

/* What is pointed to is borrowed until engine_stage_close(). */
struct engine_stage_config {
    const struct script_header *header;
    const char *model;               /* as tlsmodem_model_at() has it */
    bool single_bytes;               /* the host's bytes come one by one */
    const struct scenario *scenario; /* happens meanwhile, from power-up; NULL: nothing does */
    struct fill_variables scenario_variables; /* of it, where there is one */
    const struct stack_plan *wrapped; /* before the network where the script has no `wrap` of that
                                       * name; NULL: nothing */
};

#endif
