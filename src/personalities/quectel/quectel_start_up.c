/* quectel_start_up.c: what a module says on its own when it starts, each line a burst. §5.1. */
#include "personalities/quectel/quectel.h"

static const char *const lines[] = {
    "RDY",       "+CFUN: 1", "+CPIN: READY", "Call Ready",
#if FACT_START_UP_SAYS_SMS_READY
    "SMS Ready",
#endif
};

enum { LINE_COUNT = sizeof(lines) / sizeof(lines[0]) };

struct start_up {
    size_t next;   /* LINE_COUNT: all are said */
    int64_t at_ms; /* of the next one */
};

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct start_up *start_up = state;

    (void)unit;
    start_up->at_ms = module_now(modem) + FACT_START_UP_FIRST_MS;
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return ((const struct start_up *)state)->next == LINE_COUNT;
}

/* A module that was switched on by itself does not know the rate of an automatic port yet. */
static bool hears(const struct module_terminal *terminal)
{
    return !FACT_START_UP_NEEDS_RATE || terminal->settings.rate != 0 ||
           terminal->modem->off_ms != 0;
}

static void say(struct tlsmodem *modem, const char *line)
{
    for (size_t i = 0; i < modem->terminal_count; i++) {
        if (hears(&modem->terminals[i]))
            at_urc(modem->terminals[i].at, "%s", line);
    }
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct start_up *start_up = state;

    (void)modem;
    return start_up->next < LINE_COUNT ? start_up->at_ms : CLOCK_NEVER;
}

static void tick(struct tlsmodem *modem, void *state)
{
    const struct quectel *quectel = modem->maker;
    struct start_up *start_up = state;

    if (start_up->next == LINE_COUNT || module_now(modem) < start_up->at_ms)
        return;
    if (quectel->settings.start_up != 0)
        say(modem, lines[start_up->next]);
    start_up->next++;
    start_up->at_ms += FACT_START_UP_NEXT_MS;
}

const struct module_part quectel_start_up = {
    .size = sizeof(struct start_up),
    .from_start = true,
    .init = init,
    .is_idle = is_idle,
    .deadline = deadline,
    .tick = tick,
};
