/* engine_world.c: what the world around the engine's stage does to the module. */
#include "transcript/engine_world.h"

#include "transcript/engine_state.h"

enum { WHY_CAP = 2 * LAB_TEXT_MAX };

static enum err run(struct engine_stage *stage, const struct script_step *step, struct span first,
                    struct span second, struct text *why)
{
    const struct span values[LAB_ACT_VALUES_MAX] = { first, second };

    switch (step->kind) {
    case SCRIPT_SET:
        return lab_setting_set(stage->world.modem, stage->port, step->setting, first, why);
    case SCRIPT_ACT:
        return lab_act_do(stage->world.modem, step->act, values, why);
    default:
        text_add(why, "a transcript cannot do this yet");
        return ERR_UNSUPPORTED;
    }
}

bool engine_world_change(struct stage *base, const struct script_step *step, struct span first,
                         struct span second, struct report *why)
{
    struct engine_stage *stage = (struct engine_stage *)base;
    char memory[WHY_CAP];
    struct text said;
    enum err err;

    text_init(&said, memory, sizeof(memory));
    err = run(stage, step, first, second, &said);
    if (err != ERR_OK)
        report_add(why, "  %s\n", memory);
    engine_stage_take(stage);
    return err == ERR_OK;
}
