/* fibocom_network_time.c: the network's time: +CTZU, +CTZR.
 *
 * Sources: 27.007 8.40, 8.41; docs/facts/messages-calls-sim.md §8.
 */
#include "personalities/fibocom/fibocom.h"

#include "module/network_time.h"
#include "personalities/common/common.h"

#include <stdio.h>

/* <reporting> of +CTZR */
enum { REPORT_ZONE = 1, REPORT_ALL };

/* +CTZE: "+32",0,"2019/12/12,10:49:42": zone, daylight saving time, and local time. */
static void report_all(struct module_terminal *terminal, const char *zone)
{
    struct tlsmodem *modem = terminal->modem;
    struct module_time time =
        module_time_of(modem->clock.given_utc_s, modem->clock.given_zone_quarters);

    at_urc(terminal->at, "+CTZE: \"%s\",%d,\"%04d/%02d/%02d,%02d:%02d:%02d\"", zone,
           network_time_daylight_hours(modem), (int)time.year, (int)time.month, (int)time.day,
           (int)time.hour, (int)time.minute, (int)time.second);
}

static void report(struct tlsmodem *modem)
{
    char zone[COMMON_ZONE_CAP];

    common_zone_text(modem, zone);
    for (size_t i = 0; i < modem->terminal_count; i++) {
        struct module_terminal *terminal = modem->terminals[i];

        if (terminal->settings.zone_report == REPORT_ZONE)
            at_urc(terminal->at, "+CTZV: %s", zone);
        else if (terminal->settings.zone_report == REPORT_ALL)
            report_all(terminal, zone);
    }
}

static void take(struct tlsmodem *modem)
{
    const struct fibocom *fibocom = modem->maker;

    if (network_time_arrive(modem, fibocom->settings.clock_update != 0 ? NETWORK_TIME_ASKED
                                                                       : NETWORK_TIME_UNASKED))
        report(modem);
}

static void ready(struct tlsmodem *modem)
{
    if (network_is_registered(&modem->network))
        take(modem);
}

static void on_registered(struct tlsmodem *modem, void *state)
{
    (void)state;
    take(modem);
}

const struct module_part fibocom_network_time_part = { .ready = ready,
                                                       .on_registered = on_registered };

static const struct at_param update_params[] = {
    { .name = "onoff", .max = 1, .bound = AT_BIND(fibocom_settings, clock_update) },
};
static const struct at_param report_params[] = {
    { .name = "reporting", .max = REPORT_ALL, .bound = AT_BIND(terminal_settings, zone_report) },
};

static const struct at_command rows[] = {
    { .name = "+CTZU",
      .help = "Sets the clock by the network's time, whatever a host has set.",
      .source = "27.007 8.40",
      AT_PARAMS(update_params),
      .keep = AT_KEEP_NVM,
      .record = fibocom_settings_record },
    { .name = "+CTZR",
      .help = "Report of the network's time zone (1), and its time (2).",
      .source = "27.007 8.41",
      AT_PARAMS(report_params),
      .keep = AT_KEEP_PROFILE,
      .record = common_terminal_record },
};
const struct at_commands fibocom_network_time = AT_COMMANDS(rows);
