/* flow.c: &K and +IFC, two commands for one thing: what holds up host and module.
 *
 * Source: V.250 6.2.12; 80000ST10025a r5 (&K).  Circuits are the port's own; XON and XOFF are
 * module/flow.h's.
 */
#include "personalities/common/common.h"

/* +IFC, either side. */
enum { IFC_NONE, IFC_CHARACTERS, IFC_CIRCUITS };

/* By the number of &K. */
static const struct {
    int32_t te, ta;
} meanings[] = {
    { IFC_NONE, IFC_NONE },
    { IFC_NONE, IFC_CIRCUITS },
    { IFC_NONE, IFC_CHARACTERS },
    { IFC_CIRCUITS, IFC_CIRCUITS },
    { IFC_CHARACTERS, IFC_CHARACTERS },
    { IFC_CHARACTERS, IFC_CHARACTERS }, /* which are data too */
    { IFC_CHARACTERS, IFC_CHARACTERS }, /* and circuits */
};

enum { MEANINGS = sizeof(meanings) / sizeof(meanings[0]) };

static bool means(const struct terminal_settings *settings, int32_t k)
{
    return meanings[k].te == settings->flow_te && meanings[k].ta == settings->flow_ta;
}

void common_flow_changed(struct at_session *at, size_t index)
{
    struct module_terminal *terminal = terminal_of(at);
    struct terminal_settings *settings = &terminal->settings;

    (void)index;
    settings->flow_te = meanings[settings->flow_control].te;
    settings->flow_ta = meanings[settings->flow_control].ta;
    terminal_set_flow(terminal);
}

/* &K stays where it means the same; a pair that has none of its own is shown as the nearest. */
void common_local_flow_changed(struct at_session *at, size_t index)
{
    struct module_terminal *terminal = terminal_of(at);
    struct terminal_settings *settings = &terminal->settings;
    int32_t k = settings->flow_te == IFC_CHARACTERS || settings->flow_ta == IFC_CHARACTERS ? 4 : 3;

    (void)index;
    for (int32_t i = MEANINGS - 1; i >= 0; i--) {
        if (means(settings, i))
            k = i;
    }
    if (!means(settings, settings->flow_control))
        settings->flow_control = k;
    terminal_set_flow(terminal);
}

enum at_status common_set_flow(struct at_session *at, const struct at_args *args)
{
    if (terminal_reserve_flow(terminal_of(at)) != ERR_OK)
        return at_refuse_memory(at, CME_MEMORY_FAILURE);
    return at_bind(at, args); /* what is not used is given back */
}
