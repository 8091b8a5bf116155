/* general.c: error format, rate, clock, and what else every module answers. */
#include "personalities/common/common.h"

#include "module/facts.h"
#include "module/network_time.h"

static void apply_rate(struct at_session *at, size_t index)
{
    struct module_terminal *terminal = terminal_of(at);

    (void)index;
    if (terminal->channel != NULL)
        terminal->channel->ops->set_rate(terminal->channel, (uint32_t)terminal->settings.rate);
}

void common_clock_text(struct tlsmodem *modem, char text[MODULE_TIME_CAP])
{
    struct module_time time = module_clock_shown(&modem->clock);

    network_time_note(modem);
    module_time_text(&time, text);
}

static enum at_status read_clock(struct at_session *at)
{
    char text[MODULE_TIME_CAP];

    common_clock_text(module_of(at), text);
    at_info(at, "+CCLK: \"%s\"", text);
    return AT_OK;
}

static bool takes_utc(const struct tlsmodem *modem)
{
    int32_t fact = modem->personality->clock_takes_utc;

    return modem->clock.shows_utc && fact != 0 && module_fact_is(modem, fact);
}

/* The same time as it is locally; false: there is no such. */
static bool to_local(struct module_time *time)
{
    int32_t zone = time->zone_quarters;
    int64_t utc_s;

    time->zone_quarters = 0;
    if (!module_time_utc(time, &utc_s))
        return false;
    *time = module_time_of(utc_s, zone);
    return true;
}

enum at_status common_set_clock(struct at_session *at, struct span text, const char *form)
{
    struct tlsmodem *modem = module_of(at);
    struct module_time time = { .zone_quarters = modem->clock.zone_quarters };
    bool legal = module_time_read(text, &time);

    if (legal && takes_utc(modem))
        legal = to_local(&time);
    if (!legal || !module_clock_set(&modem->clock, &time))
        return at_refuse(at, CME_NOT_SUPPORTED, "it takes \"%s\", a time that exists", form);
    network_time_by_hand(modem);
    return AT_OK;
}

static enum at_status set_clock(struct at_session *at, const struct at_args *args)
{
    return common_set_clock(at, args->list[0].text, "yy/MM/dd,hh:mm:ss+zz");
}

static const struct at_param cmee_params[] = {
    { .name = "n",
      .max = 2,
      .preset_dialect = AT_BIND(at_dialect, cmee_preset),
      .bound = AT_BIND(at_settings, cmee) },
};
static const struct at_param rate_params[] = {
    { .name = "rate",
      .values = "0,300,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800,921600",
      .bound = AT_BIND(terminal_settings, rate) },
};
static const struct at_param format_params[] = {
    { .name = "format", .values = "0-6", .preset = 3, .bound = AT_BIND(terminal_settings, format) },
    { .name = "parity",
      .optional = true,
      .values = "0-3",
      .bound = AT_BIND(terminal_settings, parity) },
};
static const struct at_param flow_params[] = {
    { .name = "by_TE", .values = "0-2", .preset = 2, .bound = AT_BIND(terminal_settings, flow_te) },
    { .name = "by_TA",
      .optional = true,
      .values = "0-2",
      .preset = 2,
      .bound = AT_BIND(terminal_settings, flow_ta) },
};
static const struct at_param clock_params[] = {
    { .name = "time", .type = AT_STRING, .min = 17, .max = 20 },
};

static const struct at_command rows[] = {
    { .name = "+CMEE",
      .help = "Errors as ERROR, by number, or in words.",
      .source = "27.007 9.1",
      AT_PARAMS(cmee_params),
      .keep = AT_KEEP_PROFILE,
      .record = common_session_record },
    { .name = "+IPR",
      .help = "Rate of the port in bit/s; 0 is automatic.",
      .source = "V.250 6.2.10",
      AT_PARAMS(rate_params),
      .keep = AT_KEEP_PROFILE,
      .record = common_terminal_record,
      .changed = apply_rate },
    { .name = "+ICF",
      .help = "Character framing of the port.",
      .source = "V.250 6.2.11",
      .coverage = AT_ANSWERED,
      AT_PARAMS(format_params),
      .keep = AT_KEEP_PROFILE,
      .record = common_terminal_record },
    { .name = "+IFC",
      .help = "Flow control of the port: by XON and XOFF (1); circuits (2) are the port's own.",
      .source = "V.250 6.2.12",
      AT_PARAMS(flow_params),
      .keep = AT_KEEP_PROFILE,
      .record = common_terminal_record,
      .set = common_set_flow,
      .changed = common_local_flow_changed },
    { .name = "+CCLK",
      .help = "Clock of the module, which certificates are checked by.",
      .source = "27.007 8.15",
      AT_PARAMS(clock_params),
      .test_text = "",
      .set = set_clock,
      .read = read_clock },
};
const struct at_commands common_general = AT_GENERAL_COMMANDS(rows);
