/* doors.c: the way into a modem and out of it, where ports and timer are told what is new. */
#include "at/session.h"
#include "base/time.h"
#include "module/module.h"
#include "module/part.h"
#include "module/power.h"
#include "module/record.h"

#include <assert.h>

static int64_t deadline(struct tlsmodem *modem)
{
    int64_t earliest_ms = modem->power_on_ms;

    if (!modem->on)
        return earliest_ms;
    for (size_t i = 0; i < modem->terminal_count; i++)
        earliest_ms = time_earlier(earliest_ms, terminal_deadline(modem->terminals[i]));
    return time_earlier(earliest_ms, parts_deadline(modem));
}

static bool settle_terminal(struct module_terminal *terminal)
{
    bool passed;

    module_enter(terminal->modem);
    passed = terminal_pass(terminal);
    terminal->modem->depth--; /* nobody is told here, but below */
    return terminal_settle(terminal) || passed;
}

static void settle(struct tlsmodem *modem)
{
    bool news = true;

    assert(modem->depth == 0);
    modem->settling = true;
    while (news) {
        news = false;
        power_settle(modem);
        for (size_t i = 0; i < modem->terminal_count; i++)
            news = settle_terminal(modem->terminals[i]) || news;
    }
    modem->settling = false;
    parts_give_back(modem);
    network_give_back(&modem->network);
    records_give_back(modem);
    if (deadline(modem) != modem->armed_ms) {
        modem->armed_ms = deadline(modem);
        modem->config.arm(modem->config.arm_ctx, modem->armed_ms);
    }
}

void module_enter(struct tlsmodem *modem)
{
    modem->depth++;
}

void module_leave(struct tlsmodem *modem)
{
    assert(modem->depth > 0);
    if (--modem->depth == 0 && !modem->settling)
        settle(modem);
}
