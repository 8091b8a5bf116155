/* telit_time.c: what the clock shows, and the network's time: #CCLK, #CCLKMODE, #NITZ, +CTZU,
 * +CTZR.
 *
 * Sources: 1vv0300989 r6 §3.3.1; 27.007 8.40, 8.41; docs/facts/messages-calls-sim.md §8.
 */
#include "personalities/telit/telit.h"

#include "base/text.h"
#include "module/network_time.h"
#include "personalities/common/common.h"

/* <val> of #NITZ: the parts of the line, and that the clock is set at all. */
enum { PART_TIME = 1, PART_ZONE = 2, PART_DAYLIGHT = 4 };

static struct telit_settings *settings_of(const struct tlsmodem *modem)
{
    return &((struct telit *)modem->maker)->settings;
}

/* #NITZ: 15/03/27,16:37:22+04,0 with all parts. */
static void report_parts(struct tlsmodem *modem, const struct module_time *time)
{
    int32_t parts = settings_of(modem)->nitz;
    char whole[MODULE_TIME_CAP], line[2 * MODULE_TIME_CAP];
    enum { ZONE_LEN = 3 };
    size_t time_len;
    struct text text;

    module_time_text(time, whole);
    time_len = strlen(whole) - ZONE_LEN;
    text_init(&text, line, sizeof(line));
    if ((parts & PART_TIME) != 0)
        text_add(&text, "%.*s", (int)time_len, whole);
    if ((parts & PART_ZONE) != 0)
        text_add(&text, "%s", whole + time_len);
    if ((parts & PART_DAYLIGHT) != 0)
        text_add(&text, ",%d", network_time_daylight_hours(modem));
    for (size_t i = 0; i < modem->terminal_count; i++)
        at_urc(modem->terminals[i]->at, "#NITZ: %s", line);
}

static void report(struct tlsmodem *modem)
{
    struct module_time time =
        module_time_of(modem->clock.given_utc_s, modem->clock.given_zone_quarters);
    char zone[COMMON_ZONE_CAP];

    if (settings_of(modem)->nitz_mode != 0)
        report_parts(modem, &time);
    common_zone_text(modem, zone);
    for (size_t i = 0; i < modem->terminal_count; i++)
        if (modem->terminals[i]->settings.zone_report != 0)
            at_urc(modem->terminals[i]->at, "+CTZV: %s", zone);
}

/* #NITZ asks for it from the start; where the clock is set by hand, only a host's own does. */
static enum network_time_wish wish_of(const struct tlsmodem *modem)
{
    const struct telit_settings *settings = settings_of(modem);
    bool by_host =
        settings->nitz_typed || settings->nitz != module_fact_peek(modem, FACT_NITZ_PRESET);

    if (settings->nitz == 0)
        return NETWORK_TIME_REFUSED;
    if (modem->config.time.from == TLSMODEM_TIME_BY_HAND && !by_host)
        return NETWORK_TIME_UNASKED;
    return NETWORK_TIME_ASKED;
}

static void take(struct tlsmodem *modem)
{
    if (network_time_arrive(modem, wish_of(modem))) {
        settings_of(modem)->daylight_typed = 0;
        report(modem);
    } else if (settings_of(modem)->zone_update != 0) {
        network_time_take_zone(modem);
    }
}

static void ready(struct tlsmodem *modem)
{
    if (network_is_registered(&modem->network))
        take(modem);
}

static void on_registered(struct tlsmodem *modem, void *state)
{
    (void)state;
    module_note_preset(modem, FACT_NITZ_PRESET);
    if (module_fact_is(modem, FACT_REGISTRATION_SETS_CLOCK))
        take(modem);
}

const struct module_part telit_time_part = { .ready = ready, .on_registered = on_registered };

/* ---- rows ---- */

static enum at_status note_typed(struct at_session *at, const struct at_args *args)
{
    (void)args;
    telit_of(at)->settings.nitz_typed = true;
    return AT_OK;
}

static void apply_mode(struct at_session *at, size_t index)
{
    (void)index;
    module_of(at)->clock.shows_utc = telit_of(at)->settings.clock_mode != 0;
}

/* As a host has typed it, or as the network has it. */
static int daylight_hours(const struct tlsmodem *modem)
{
    int32_t typed = settings_of(modem)->daylight_typed;

    return typed != 0 ? (int)typed - 1 : network_time_daylight_hours(modem);
}

static enum at_status read_full_clock(struct at_session *at)
{
    char text[MODULE_TIME_CAP];

    common_clock_text(module_of(at), text);
    at_info(at, "#CCLK: \"%s,%d\"", text, daylight_hours(module_of(at)));
    return AT_OK;
}

/* Behind the time the hours of daylight saving time that are in it. */
static enum at_status set_full_clock(struct at_session *at, const struct at_args *args)
{
    enum { TAIL = 2, HOURS_MAX = 2 };
    struct span text = args->list[0].text;
    int hours = text.data[text.len - 1] - '0';
    enum at_status status;

    if (text.data[text.len - TAIL] != ',' || hours < 0 || hours > HOURS_MAX)
        return at_refuse(at, TELIT_NOT_SUPPORTED,
                         "it takes \"yy/MM/dd,hh:mm:ss+zz,d\" with d from 0 to %d", HOURS_MAX);
    status = common_set_clock(at, span_at(text.data, text.len - TAIL), "yy/MM/dd,hh:mm:ss+zz,d");
    if (status == AT_OK)
        telit_of(at)->settings.daylight_typed = 1 + hours;
    return status;
}

#define SETTING(field) AT_BIND(telit_settings, field)

static const struct at_param nitz_params[] = {
    { .name = "val", .max = 15, .preset = FACT_NITZ_PRESET, .bound = SETTING(nitz) },
    { .name = "mode", .optional = true, .max = 1, .bound = SETTING(nitz_mode) },
};
static const struct at_param update_params[] = {
    { .name = "onoff", .max = 1, .bound = SETTING(zone_update) },
};
static const struct at_param report_params[] = {
    { .name = "onoff", .max = 1, .bound = AT_BIND(terminal_settings, zone_report) },
};

static const struct at_param mode_params[] = {
    { .name = "mode", .max = 1, .bound = SETTING(clock_mode) },
};
static const struct at_param full_clock_params[] = {
    { .name = "time", .type = AT_STRING, .min = 22, .max = 22 },
};

static const struct at_command rows[] = {
    { .name = "#CCLK",
      .help = "The clock, with the hours of daylight saving time that are in it.",
      .source = "1vv0300989 r6 §3.3.1; docs/facts/telit.md §4.1",
      AT_PARAMS(full_clock_params),
      .test_text = "",
      .set = set_full_clock,
      .read = read_full_clock },
    { .name = "#CCLKMODE",
      .help = "What +CCLK and #CCLK give and take: local time (0) or UTC (1).",
      .source = "docs/facts/telit.md §4.1",
      AT_PARAMS(mode_params),
      .keep = AT_KEEP_PROFILE,
      .record = telit_settings_record,
      .changed = apply_mode },
    { .name = "#NITZ",
      .help = "Whether the network's time sets the clock at registration, and is told.",
      .source = "1vv0300989 r6 §3.3.1",
      AT_PARAMS(nitz_params),
      .keep = AT_KEEP_NVM,
      .record = telit_settings_record,
      .guard_set = note_typed },
    { .name = "+CTZU",
      .help = "Whether the network's time zone is taken where #NITZ is off.",
      .source = "27.007 8.40",
      AT_PARAMS(update_params),
      .keep = AT_KEEP_NVM,
      .record = telit_settings_record },
    { .name = "+CTZR",
      .help = "Report of the network's time zone.",
      .source = "27.007 8.41",
      AT_PARAMS(report_params),
      .keep = AT_KEEP_PROFILE,
      .record = common_terminal_record },
};
const struct at_commands telit_time = AT_COMMANDS(rows);
