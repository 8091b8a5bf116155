/* quectel_time.c: the network's time: +QNITZ, +CTZU, +CTZR, +QLTS.
 *
 * Source: docs/facts/quectel.md §5.1, §5.2; docs/facts/messages-calls-sim.md §8.
 */
#include "personalities/quectel/quectel.h"

#include "module/network_time.h"
#include "personalities/common/common.h"

#include <stdio.h>

enum { REPORT_QUOTED };

static const struct quectel_settings *settings_of(const struct tlsmodem *modem)
{
    return &((const struct quectel *)modem->maker)->settings;
}

/* "14/06/25,07:00:22+32,0": what the network says is GMT, with the zone that it gives beside it. */
static void given_text(const struct tlsmodem *modem, char *text, size_t cap)
{
    int zone_quarters = modem->clock.given_zone_quarters;
    bool gmt = module_fact_is(modem, FACT_NETWORK_TIME_IS_GMT);
    struct module_time time = module_time_of(modem->clock.given_utc_s, gmt ? 0 : zone_quarters);
    char whole[MODULE_TIME_CAP];

    time.zone_quarters = zone_quarters;
    module_time_text(&time, whole);
    snprintf(text, cap, "\"%s,%d\"", whole, network_time_daylight_hours(modem));
}

/* What +CTZV says. */
static void zone_text(const struct tlsmodem *modem, char *text, size_t cap)
{
    bool quoted = module_fact_peek(modem, FACT_ZONE_REPORT) == REPORT_QUOTED;
    char zone[COMMON_ZONE_CAP];

    common_zone_text(modem, zone);
    snprintf(text, cap, quoted ? "\"%s,%d\"" : "%s,%d", zone, network_time_daylight_hours(modem));
}

static void report_at(struct module_terminal *terminal)
{
    const struct tlsmodem *modem = terminal->modem;
    char text[2 * MODULE_TIME_CAP];

    if (settings_of(modem)->network_time != 0) {
        given_text(modem, text, sizeof(text));
        at_urc(terminal->at, "+QNITZ: %s", text);
    }
    if (terminal->settings.zone_report != 0) {
        module_note_fact(modem, FACT_ZONE_REPORT);
        zone_text(modem, text, sizeof(text));
        at_urc(terminal->at, "+CTZV: %s", text);
    }
}

/* To who wants it; at the start, not to who does not hear yet. */
static void report(struct tlsmodem *modem, bool at_start)
{
    for (size_t i = 0; i < modem->terminal_count && modem->clock.given; i++)
        if (!at_start || quectel_start_up_hears(modem->terminals[i]))
            report_at(modem->terminals[i]);
}

static bool take(struct tlsmodem *modem)
{
    bool asked = settings_of(modem)->network_time != 0 || settings_of(modem)->clock_update != 0;

    return network_time_arrive(modem, asked ? NETWORK_TIME_ASKED : NETWORK_TIME_UNASKED);
}

/* There is no battery behind the clock: after power was lost it begins anew. */
static enum err start(struct tlsmodem *modem)
{
    if (quectel_is_restart(modem) && !module_fact_is(modem, FACT_CLOCK_SURVIVES_RESTART))
        network_time_begin(modem);
    return ERR_OK;
}

/* What is told of it comes behind the start-up lines. */
struct first_report {
    int64_t at_ms; /* CLOCK_NEVER: it was told */
};

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    (void)unit;
    ((struct first_report *)state)->at_ms = module_now(modem) + quectel_start_up_ms(modem);
}

static void ready(struct tlsmodem *modem)
{
    if (network_is_registered(&modem->network))
        take(modem);
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return ((const struct first_report *)state)->at_ms;
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return ((const struct first_report *)state)->at_ms == CLOCK_NEVER;
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct first_report *first = state;

    if (module_now(modem) < first->at_ms)
        return;
    first->at_ms = CLOCK_NEVER;
    report(modem, true);
}

static void on_registered(struct tlsmodem *modem, void *state)
{
    (void)state;
    if (take(modem))
        report(modem, false);
}

const struct module_part quectel_time_part = {
    .start = start,
    .ready = ready,
    .on_registered = on_registered,
};
const struct module_part quectel_first_time_part = {
    .size = sizeof(struct first_report),
    .from_start = true,
    .init = init,
    .is_idle = is_idle,
    .deadline = deadline,
    .tick = tick,
};

/* ---- rows ---- */

/* A host that asks while the module is registered need not wait for the next time: one asks, reads
 * +QLTS three seconds later, and is content. */
static enum at_status set_and_take(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    enum at_status status = at_bind(at, args);

    if (status == AT_OK && args->list[0].number != 0 && network_is_registered(&modem->network) &&
        take(modem))
        report(modem, false);
    return status;
}

static enum at_status run_network_time(struct at_session *at)
{
    const struct tlsmodem *modem = module_of(at);
    char text[2 * MODULE_TIME_CAP] = "\"\"";

    if (modem->clock.given)
        given_text(modem, text, sizeof(text));
    at_info(at, "+QLTS: %s", text);
    return AT_OK;
}

#define SETTING(field) AT_BIND(quectel_settings, field)

static const struct at_param report_params[] = {
    { .name = "enable", .max = 1, .bound = SETTING(network_time) },
};
static const struct at_param update_params[] = {
    { .name = "onoff", .max = 3, .bound = SETTING(clock_update) },
};
static const struct at_param zone_params[] = {
    { .name = "onoff", .max = 1, .bound = AT_BIND(terminal_settings, zone_report) },
};

static const struct at_command rows[] = {
    { .name = "+QNITZ",
      .help = "Sets the clock by the network's time, and tells it.",
      .source = "docs/facts/messages-calls-sim.md §8",
      AT_PARAMS(report_params),
      .keep = AT_KEEP_NVM,
      .record = quectel_settings_record,
      .set = set_and_take },
    { .name = "+CTZU",
      .help = "Sets the clock by the network's time, whatever a host has set.",
      .source = "27.007 8.40",
      AT_PARAMS(update_params),
      .keep = AT_KEEP_NVM,
      .record = quectel_settings_record,
      .set = set_and_take },
    { .name = "+CTZR",
      .help = "Report of the network's time zone.",
      .source = "27.007 8.41",
      AT_PARAMS(zone_params),
      .keep = AT_KEEP_PROFILE,
      .record = common_terminal_record },
    { .name = "+QLTS",
      .help = "Time that the network gave last.",
      .source = "docs/facts/messages-calls-sim.md §8",
      .run = run_network_time },
};
const struct at_commands quectel_time = AT_COMMANDS(rows);
