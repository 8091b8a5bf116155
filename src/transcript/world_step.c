/* world_step.c: a step of the world happens to a modem. */
#include "transcript/world_step.h"

#include "laboratory/trouble.h"

bool world_step_is(const struct script_step *step)
{
    return step->kind == SCRIPT_SET || step->kind == SCRIPT_ACT || step->kind == SCRIPT_FAULT ||
           step->kind == SCRIPT_LINK;
}

enum err world_step_do(struct tlsmodem *modem, size_t port, const struct script_step *step,
                       struct span first, struct span second, struct text *why)
{
    const struct span values[LAB_ACT_VALUES_MAX] = { first, second };

    assert(world_step_is(step));
    switch (step->kind) {
    case SCRIPT_SET:
        return lab_setting_set(modem, port, step->setting, first, why);
    case SCRIPT_ACT:
        return lab_act_do(modem, step->act, values, why);
    case SCRIPT_FAULT:
        return lab_fault_do(modem, first, why);
    default:
        return lab_link_do(modem, first, why);
    }
}
