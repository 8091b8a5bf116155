/* flow_rule.c: what the settings of flow control mean for XON and XOFF. */
#include "at/session.h"
#include "module/facts.h"
#include "module/flow.h"
#include "module/module.h"

/* Of +IFC, and the one of &K that does not filter (80000ST10025a r5). */
enum { BY_CHARACTERS = 1, K_PASSES = 5 };

static bool codes(const struct tlsmodem *modem)
{
    int32_t fact = modem->personality->flow_is_coded;

    return fact != 0 && module_fact_peek(modem, fact) != 0;
}

enum err terminal_reserve_flow(struct module_terminal *terminal)
{
    if (terminal->flow == NULL)
        terminal->flow = flow_new(terminal->at);
    return terminal->flow != NULL ? ERR_OK : ERR_NO_MEMORY;
}

void terminal_set_flow(struct module_terminal *terminal)
{
    const struct terminal_settings *settings = &terminal->settings;
    struct flow_rule rule = { .obeys = settings->flow_te == BY_CHARACTERS,
                              .passes = settings->flow_control == K_PASSES,
                              .tells = settings->flow_ta == BY_CHARACTERS };

    if (terminal->flow == NULL && !rule.obeys && !rule.tells)
        return;
    rule.codes = (rule.obeys || rule.tells) && codes(terminal->modem);
    at_yield(terminal->at);
    if (terminal_reserve_flow(terminal) == ERR_OK)
        flow_set_rule(terminal->flow, rule);
    else
        log_say(at_log_of(terminal->at), LOG_WARNING,
                "out of memory: port %zu works without XON and XOFF", terminal->index + 1);
}
