/* engine_world.c: what the world around the engine's stage does to the module. */
#include "transcript/engine_world.h"

#include "transcript/engine_state.h"
#include "transcript/world_step.h"

bool engine_world_change(struct stage *base, const struct script_step *step, struct span first,
                         struct span second, struct report *why)
{
    struct engine_stage *stage = (struct engine_stage *)base;
    char memory[WORLD_STEP_WHY_CAP];
    struct text said;
    enum err err;

    text_init(&said, memory, sizeof(memory));
    err = world_step_do(stage->world.modem, stage->port, step, first, second, &said);
    if (err != ERR_OK)
        report_add(why, "  %s\n", memory);
    engine_stage_take(stage);
    return err == ERR_OK;
}
