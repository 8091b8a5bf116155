/* quectel_start_up.c: what a module says on its own when it starts, each line a burst. §5.1. */
#include "personalities/quectel/quectel.h"

static const char *const lines[] = {
    "RDY",       "+CFUN: 1", "+CPIN: READY", "Call Ready",
#if FACT_START_UP_SAYS_SMS_READY
    "SMS Ready",
#endif
};

enum { LINE_COUNT = sizeof(lines) / sizeof(lines[0]) };

static enum err start(struct tlsmodem *modem)
{
    struct quectel *quectel = modem->maker;

    quectel->start_up =
        (struct quectel_start_up){ .at_ms = module_now(modem) + FACT_START_UP_FIRST_MS };
    return ERR_OK;
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

static int64_t deadline(struct tlsmodem *modem)
{
    struct quectel *quectel = modem->maker;

    return quectel->start_up.at_ms;
}

static void tick(struct tlsmodem *modem)
{
    struct quectel *quectel = modem->maker;
    struct quectel_start_up *start_up = &quectel->start_up;

    if (module_now(modem) < start_up->at_ms)
        return;
    if (quectel->settings.start_up != 0)
        say(modem, lines[start_up->next]);
    start_up->next++;
    if (start_up->next < LINE_COUNT)
        start_up->at_ms += FACT_START_UP_NEXT_MS;
    else
        start_up->at_ms = CLOCK_NEVER;
}

const struct quectel_part quectel_start_up = {
    .start = start,
    .deadline = deadline,
    .tick = tick,
};
