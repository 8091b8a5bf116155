/* power.c: a modem is switched on and off. */
#include "module/power.h"

#include "at/session.h"
#include "base/wipe.h"
#include "module/facts.h"
#include "module/flow.h"
#include "module/keep.h"
#include "module/module.h"
#include "module/multiplex.h"
#include "module/part.h"
#include "module/record.h"
#include "module/sim.h"

#include <assert.h>
#include <string.h>

enum err power_on(struct tlsmodem *modem)
{
    enum err err;

    assert(!modem->on);
    sim_start(modem);
    network_init(&modem->network, module_limit(modem, LIMIT_CONTEXTS), sim_is_ready(modem),
                 modem->config.identity.registration);
    memset(modem->maker, 0, modem->maker_size);
    modem->on = true;
    modem->clock.given = false;
    modem->power_on_ms = CLOCK_NEVER;
    err = parts_start(modem);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < modem->terminal_count; i++)
        keep_preset_all(modem->terminals[i]->at);
    for (size_t i = 0; i < modem->terminal_count; i++)
        profile_restore(modem->terminals[i]->at, profile_chosen(modem->terminals[i]->at));
    keep_restore(modem->terminals[0]->at);
    parts_ready(modem);
    return ERR_OK;
}

void power_off(struct tlsmodem *modem)
{
    if (!modem->on)
        return;
    for (size_t i = 0; i < modem->config.terminals && i < modem->terminal_count; i++)
        multiplex_free(modem->terminals[i]->multiplex);
    parts_stop(modem);
    for (size_t i = 0; i < modem->terminal_count; i++) {
        keep_release(modem->terminals[i]->at);
        flow_end(modem->terminals[i]->flow);
        modem->terminals[i]->flow = NULL;
        at_reset(modem->terminals[i]->at);
        modem->terminals[i]->runs_line = false;
    }
    network_deinit(&modem->network);
    records_free(modem);
    wipe(modem->maker, modem->maker_size);
    modem->on = false;
}

void module_power_cycle(struct tlsmodem *modem, int64_t off_ms)
{
    assert(off_ms >= 0);
    modem->power_cycle = true;
    modem->off_ms = off_ms;
    for (size_t i = 0; i < modem->terminal_count; i++)
        at_stop_listening(modem->terminals[i]->at);
}

void power_settle(struct tlsmodem *modem)
{
    assert(modem->depth == 0);
    if (modem->power_cycle) {
        modem->power_cycle = false;
        power_off(modem);
        modem->power_on_ms =
            modem->off_ms == CLOCK_NEVER ? CLOCK_NEVER : module_now(modem) + modem->off_ms;
    }
}
