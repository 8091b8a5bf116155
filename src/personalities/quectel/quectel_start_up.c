/* quectel_start_up.c: what a module says on its own when it starts, each line a burst. §5.1. */
#include "personalities/quectel/quectel.h"

#include "module/sim.h"
#include "personalities/common/common.h"
#include "tlsmodem_control.h"

static const char *const lines[] = { "RDY", "+CFUN: 1", "", "Call Ready", "SMS Ready" };

enum { SIM_STATE = 2, CALL_READY, SMS_READY };

struct start_up {
    size_t next;   /* line_count(): all are said */
    int64_t at_ms; /* of the next one */
};

static size_t line_count(const struct tlsmodem *modem)
{
    return module_fact_peek(modem, FACT_START_UP_SAYS_SMS_READY) != 0 ? SMS_READY + 1
                                                                      : CALL_READY + 1;
}

int64_t quectel_start_up_ms(const struct tlsmodem *modem)
{
    return module_fact_peek(modem, FACT_START_UP_FIRST_MS) +
           (int64_t)line_count(modem) * module_fact_peek(modem, FACT_START_UP_NEXT_MS);
}

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct start_up *start_up = state;

    (void)unit;
    start_up->at_ms = module_now(modem) + module_fact_peek(modem, FACT_START_UP_FIRST_MS);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    return ((const struct start_up *)state)->next == line_count(modem);
}

bool quectel_is_restart(const struct tlsmodem *modem)
{
    return modem->off_ms != 0;
}

/* A module that was switched on by itself does not know the rate of an automatic port yet. */
bool quectel_start_up_hears(const struct module_terminal *terminal)
{
    return terminal->settings.rate != 0 || quectel_is_restart(terminal->modem) ||
           !module_fact_is(terminal->modem, FACT_START_UP_NEEDS_RATE);
}

static void say(struct tlsmodem *modem, size_t line)
{
    for (size_t i = 0; i < modem->terminal_count; i++) {
        if (!quectel_start_up_hears(modem->terminals[i]))
            continue;
        if (line == SIM_STATE)
            at_urc(modem->terminals[i]->at, "+CPIN: %s", common_sim_words(modem));
        else
            at_urc(modem->terminals[i]->at, "%s", lines[line]);
        module_note_fact(modem, line == 0 ? FACT_START_UP_FIRST_MS : FACT_START_UP_NEXT_MS);
        if (line == CALL_READY)
            module_note_fact(modem, FACT_START_UP_SAYS_SMS_READY);
    }
}

/* The network is always there, but a module that starts again finds it about now: a host that has
 * asked for +CREG meanwhile waits for the line. */
static void tell_registration(struct tlsmodem *modem)
{
    if (quectel_is_restart(modem) && network_is_registered(&modem->network) &&
        module_fact_is(modem, FACT_RESTART_TELLS_REGISTRATION))
        network_tell(modem);
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct start_up *start_up = state;

    return start_up->next < line_count(modem) ? start_up->at_ms : CLOCK_NEVER;
}

static void tick(struct tlsmodem *modem, void *state)
{
    const struct quectel *quectel = modem->maker;
    struct start_up *start_up = state;

    if (start_up->next == line_count(modem) || module_now(modem) < start_up->at_ms)
        return;
    if (start_up->next == CALL_READY)
        tell_registration(modem);
    if (quectel->settings.start_up != 0 && (start_up->next < CALL_READY || sim_is_ready(modem)))
        say(modem, start_up->next);
    start_up->next++;
    start_up->at_ms += module_fact_peek(modem, FACT_START_UP_NEXT_MS);
}

static void tell(struct tlsmodem *modem, const char *line)
{
    for (size_t i = 0; i < modem->terminal_count; i++)
        at_urc(modem->terminals[i]->at, "%s", line);
}

/* docs/facts/messages-calls-sim.md §6 */
static void on_sim(struct tlsmodem *modem)
{
    const struct quectel *quectel = modem->maker;
    bool is_absent = modem->sim.state == TLSMODEM_SIM_ABSENT;

    for (size_t i = 0; i < modem->terminal_count; i++) {
        at_urc(modem->terminals[i]->at, "+CPIN: %s",
               is_absent ? "NOT READY" : common_sim_words(modem));
        if (quectel->settings.sim_report != 0 &&
            (is_absent || modem->sim.before == TLSMODEM_SIM_ABSENT))
            at_urc(modem->terminals[i]->at, "+QSIMSTAT: 1,%d", !is_absent);
    }
    for (size_t line = CALL_READY; sim_is_ready(modem) && line < line_count(modem); line++)
        tell(modem, lines[line]);
}

/* The blank is the module's; hosts look for it. */
static void on_low_voltage(struct tlsmodem *modem)
{
    for (size_t i = 0; i < modem->terminal_count; i++)
        at_last_words(modem->terminals[i]->at, "UNDER_VOLTAGE POWER DOWN ");
}

const struct module_part quectel_start_up = {
    .size = sizeof(struct start_up),
    .from_start = true,
    .on_low_voltage = on_low_voltage,
    .on_sim = on_sim,
    .init = init,
    .is_idle = is_idle,
    .deadline = deadline,
    .tick = tick,
};
