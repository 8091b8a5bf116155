/* telit_general.c: commands of the module at large: identity, clock, power, and what hosts set at
 * start-up.
 *
 * Source: docs/facts/telit.md §4, which gathers them from the AT guides that 1vv0300989 r12 §1.5
 * names.
 */
#include "personalities/telit/telit.h"

#include "module/identity.h"
#include "module/record.h"
#include "module/sim.h"
#include "personalities/common/call.h"
#include "personalities/common/common.h"
#include "tlsmodem_control.h"

enum { MINUTE_MS = 60000 };

void *telit_settings_record(struct at_session *at, size_t index)
{
    (void)index;
    return &telit_of(at)->settings;
}

enum { ATI_CODE, ATI_CHECKSUM, ATI_CHECKED, ATI_MAKER, ATI_PRODUCT, ATI_REVISION };

static enum at_status set_identity(struct at_session *at, const struct at_args *args)
{
    const struct module_model *model = module_of(at)->model;

    switch (args->list[0].number) {
    case ATI_CODE:
        at_info(at, "%s", module_fact_text(module_of(at), FACT_ATI_CODE));
        break;
    case ATI_MAKER:
        at_info(at, "%s", model->identity.maker);
        break;
    case ATI_PRODUCT:
        at_info(at, "%s", model->identity.product);
        break;
    case ATI_REVISION:
        at_info(at, "%s", module_revision(module_of(at)));
        break;
    default:
        break;
    }
    return AT_OK;
}

static enum at_status run_maker(struct at_session *at)
{
    at_info(at, "#CGMI: %s", module_of(at)->model->identity.maker);
    return AT_OK;
}

static enum at_status run_model(struct at_session *at)
{
    at_info(at, "#CGMM: %s", module_of(at)->model->identity.product);
    return AT_OK;
}

static enum at_status run_revision(struct at_session *at)
{
    at_info(at, "#CGMR: %s", module_revision(module_of(at)));
    return AT_OK;
}

static enum at_status run_imei(struct at_session *at)
{
    at_info(at, "#CGSN: %s", identity_imei(at));
    return AT_OK;
}

static enum at_status run_iccid(struct at_session *at)
{
    at_info(at, "#CCID: %s", identity_iccid(at));
    return AT_OK;
}

static enum at_status run_imsi(struct at_session *at)
{
    at_info(at, "#CIMI: %s", identity_imsi(at));
    return AT_OK;
}

/* 0 out, 1 in; mode 2 also tells the PIN, and that messages and phonebook are there. */
enum { QSS_ALL = 2 };
enum { QSS_OUT, QSS_IN, QSS_READY = 3 };

int telit_sim_status(const struct tlsmodem *modem)
{
    const struct telit *telit = modem->maker;

    if (modem->sim.state == TLSMODEM_SIM_ABSENT)
        return QSS_OUT;
    return telit->settings.qss_mode == QSS_ALL && sim_is_ready(modem) ? QSS_READY : QSS_IN;
}

void telit_tell_sim(struct tlsmodem *modem)
{
    const struct telit *telit = modem->maker;
    int status = telit_sim_status(modem);
    bool moved = status == QSS_OUT || modem->sim.before == TLSMODEM_SIM_ABSENT;

    for (size_t i = 0; i < modem->terminal_count && telit->settings.qss_mode != 0; i++) {
        if (moved)
            at_urc(modem->terminals[i]->at, "#QSS: %d", status == QSS_OUT ? QSS_OUT : QSS_IN);
        for (int more = QSS_IN + 1; more <= status; more++)
            at_urc(modem->terminals[i]->at, "#QSS: %d", more);
    }
}

static enum at_status read_tries(struct at_session *at)
{
    const struct module_sim *sim = &module_of(at)->sim;

    at_info(at, "#PCT: %d", sim->state == TLSMODEM_SIM_PUK ? sim->puk_tries : sim->pin_tries);
    return AT_OK;
}

static enum at_status read_sim(struct at_session *at)
{
    const struct tlsmodem *modem = module_of(at);

    at_info(at, "#QSS: %d,%d", (int)telit_of(at)->settings.qss_mode, telit_sim_status(modem));
    return AT_OK;
}

static enum at_status restart(struct at_session *at)
{
    module_power_cycle(module_of(at), module_fact(module_of(at), FACT_RESTART_OFF_MS));
    return AT_OK;
}

static enum at_status shut_down(struct at_session *at)
{
    module_power_cycle(module_of(at), module_fact(module_of(at), FACT_SHUTDOWN_OFF_MS));
    return AT_OK;
}

enum { ENHRST_MODE, ENHRST_DELAY };

/* One restart, at once or after so many minutes; mode 0 calls it off. */
static enum at_status set_restart(struct at_session *at, const struct at_args *args)
{
    struct telit *telit = telit_of(at);
    int32_t delay_min = args->list[ENHRST_DELAY].given ? args->list[ENHRST_DELAY].number : 0;

    telit->restart_ms = CLOCK_NEVER;
    if (args->list[ENHRST_MODE].number == 0)
        return AT_OK;
    if (delay_min == 0)
        return restart(at);
    telit->restart_ms = module_now(module_of(at)) + (int64_t)delay_min * MINUTE_MS;
    return AT_OK;
}

static void *start_up_record(struct at_session *at, size_t index);

static const struct module_record_kind start_up_kind = { sizeof(struct telit_start_up), false,
                                                         start_up_record };

static void *start_up_record(struct at_session *at, size_t index)
{
    return module_record_if(at, &start_up_kind, index);
}

static void *start_up_make_record(struct at_session *at, size_t index)
{
    return module_record(at, &start_up_kind, index);
}

static struct telit_start_up start_up(struct at_session *at)
{
    struct telit_start_up settings;

    module_record_read(at, &start_up_kind, 0, &settings);
    return settings;
}

#define SETTING(field)  AT_BIND(telit_settings, field)
#define START_UP(field) AT_BIND(telit_start_up, field)

static const struct at_param multiplex_params[] = {
    { .name = "mode", .values = "0,1,5", .max = 5, .bound = START_UP(cmux_mode) },
};
static const struct at_param identity_params[] = { { .name = "n", .max = 5 } };
static const struct at_param qss_params[] = {
    { .name = "mode", .max = 2, .bound = SETTING(qss_mode) },
};
static const struct at_param cpu_params[] = {
    { .name = "mode", .max = 7, .bound = SETTING(cpu_mode) },
};
static const struct at_param interface_params[] = {
    { .name = "v", .max = 2, .preset = 2, .bound = SETTING(at_interface) },
};
static const struct at_param restart_params[] = {
    { .name = "mod", .max = 2 },
    { .name = "delay", .optional = true, .max = 1440 },
};
static const struct at_param guard_params[] = {
    { .name = "gt", .max = 10, .bound = AT_BIND(at_settings, escape_guard_s) },
};
static const struct at_param skip_params[] = {
    { .name = "mode", .max = 1, .bound = SETTING(skip_escape) },
};

/* Checked, kept and read back. */
#define KEPT(text, say)                                                                            \
    .name = (text), .help = (say), .source = "docs/facts/telit.md §4.2", .coverage = AT_ANSWERED,  \
    .keep = AT_KEEP_NVM, .record = start_up_record, .make_record = start_up_make_record

static const struct at_param auto_params[] = {
    { .name = "value", .max = FACT_AUTO_BAND_MAX, .bound = START_UP(auto_band) },
};
static const struct at_param band_params[] = {
    { .name = "band", .max = FACT_BAND_MAX, .bound = START_UP(band) },
    { .name = "UMTSband",
      .optional = true,
      .max = FACT_UMTS_BAND_MAX,
      .bound = START_UP(umts_band),
      .only_on = TELIT_3G | TELIT_4G },
    { .name = "LTEband",
      .optional = true,
      .min = 1,
      .max = FACT_LTE_BANDS,
      .preset = FACT_LTE_BANDS,
      .bound = START_UP(lte_bands),
      .only_on = TELIT_4G },
};
static const struct at_param toolkit_params[] = {
    { .name = "mode", .values = "0-3,17-19,33-35", .bound = START_UP(toolkit_mode) },
    { .name = "timeout",
      .optional = true,
      .min = FACT_TOOLKIT_MIN_MIN,
      .max = FACT_TOOLKIT_MAX_MIN,
      .preset = FACT_TOOLKIT_PRESET_MIN,
      .bound = START_UP(toolkit_min) },
};
static const struct at_param operators_params[] = {
    { .name = "mode",
      .max = FACT_OPERATORS_MODE_MAX,
      .preset = FACT_OPERATORS_MODE_PRESET,
      .bound = START_UP(operators_mode) },
};
static const struct at_param led_params[] = {
    { .name = "mode",
      .max = FACT_LED_MODE_MAX,
      .preset = FACT_LED_MODE_PRESET,
      .bound = START_UP(led_mode) },
    { .name = "on_duration",
      .optional = true,
      .min = 1,
      .max = FACT_LED_TIME_MAX_DS,
      .preset = FACT_LED_TIME_PRESET_DS,
      .bound = START_UP(led_on_ds) },
    { .name = "off_duration",
      .optional = true,
      .min = 1,
      .max = FACT_LED_TIME_MAX_DS,
      .preset = FACT_LED_TIME_PRESET_DS,
      .bound = START_UP(led_off_ds) },
};
static const struct at_param delay_params[] = {
    { .name = "val",
      .max = FACT_SEND_DELAY_MAX_DS,
      .preset = FACT_SEND_DELAY_PRESET_DS,
      .bound = START_UP(send_delay_ds) },
};
static const struct at_param pulse_params[] = {
    { .name = "n", .max = 1150, .bound = START_UP(ring_pulse_ms) },
};
static const struct at_param dial_mode_params[] = {
    { .name = "mode", .max = 2, .bound = START_UP(dial_mode) },
};
static const struct at_param detection_params[] = {
    { .name = "mode",
      .values = "1,2",
      .preset = FACT_SIM_DETECTION_PRESET,
      .bound = START_UP(sim_detection) },
};
static const struct at_param management_params[] = {
    { .name = "mode", .max = 1, .bound = START_UP(management) },
};
static const struct at_param monitor_params[] = {
    { .name = "mode", .max = 1, .bound = START_UP(transmit_monitor) },
};
static const struct at_param temperature_params[] = {
    { .name = "mod", .max = 1 },
    { .name = "urcmode", .optional = true, .max = 1, .bound = START_UP(monitor_reports) },
    { .name = "action",
      .optional = true,
      .max = FACT_MONITOR_ACTION_MAX,
      .bound = START_UP(monitor_action) },
    { .name = "hyst_time",
      .optional = true,
      .max = FACT_MONITOR_TIME_MAX_S,
      .bound = START_UP(monitor_time_s) },
};

int32_t telit_send_delay_ds(struct at_session *at)
{
    module_note_preset(module_of(at), FACT_SEND_DELAY_PRESET_DS);
    return start_up(at).send_delay_ds;
}

/* State 0: nothing of a toolkit has begun. */
static enum at_status read_toolkit(struct at_session *at)
{
    struct telit_start_up settings = start_up(at);

    module_note_preset(module_of(at), FACT_TOOLKIT_PRESET_MIN);
    at_info(at, "#STIA: 0,%d,%d", (int)settings.toolkit_mode, (int)settings.toolkit_min);
    return AT_OK;
}

/* 1: it is inserted. */
static enum at_status read_detection(struct at_session *at)
{
    module_note_preset(module_of(at), FACT_SIM_DETECTION_PRESET);
    at_info(at, "#SIMDET: %d,%d", (int)start_up(at).sim_detection,
            module_of(at)->sim.state != TLSMODEM_SIM_ABSENT);
    return AT_OK;
}

enum { MONITOR_SETS, MONITOR_MEASURES };

enum { LEVEL_NORMAL = 0 };

/* Sets what is to happen at another level, to which it never comes here, or measures. */
static enum at_status set_temperature(struct at_session *at, const struct at_args *args)
{
    if (args->list[0].number == MONITOR_SETS)
        return at_bind(at, args);
    at_info(at, "#TEMPMEAS: %d,%d", LEVEL_NORMAL,
            (int)module_fact(module_of(at), FACT_TEMPERATURE));
    return AT_OK;
}

static enum at_status read_rings(struct at_session *at)
{
    at_info(at, "%03d", call_rings(module_of(at)));
    return AT_OK;
}

static enum at_status run_nothing(struct at_session *at)
{
    (void)at;
    return AT_OK;
}

static const struct at_command rows[] = {
    { .name = "I",
      .basic = true,
      .help = "Identification.",
      .source = "80000ST10025a r5",
      AT_PARAMS(identity_params),
      .set = set_identity },
    { .name = "S1",
      .basic = true,
      .help = "How often a call has rung.",
      .source = "80000ST10025a r5",
      .digits = 3,
      .read = read_rings },
    { .name = "#CGMI", .help = "Manufacturer.", .source = "80000ST10025a r5", .run = run_maker },
    { .name = "#CGMM", .help = "Model.", .source = "80000ST10025a r5", .run = run_model },
    { .name = "#CGMR", .help = "Revision.", .source = "80000ST10025a r5", .run = run_revision },
    { .name = "#CGSN",
      .help = "Serial number (IMEI).",
      .source = "80000ST10025a r5",
      .run = run_imei },
    { .name = "#CCID",
      .help = "ICCID of the SIM.",
      .source = "80000ST10025a r5",
      .run = run_iccid },
    { .name = "#CIMI", .help = "IMSI of the SIM.", .source = "80000ST10025a r5", .run = run_imsi },
    { .name = "#PCT",
      .help = "Tries of the PIN that are left, or of the PUK.",
      .source = "docs/facts/messages-calls-sim.md §6",
      .test_text = "",
      .run = read_tries,
      .read = read_tries },
    { .name = "#QSS",
      .help = "State of the SIM.",
      .source = "80000ST10025a r5",
      AT_PARAMS(qss_params),
      .record = telit_settings_record,
      .read = read_sim },
    { .name = "+CEREG",
      .help = "Registration, EPS.",
      .source = "27.007 10.1.22",
      .only_on = TELIT_4G,
      .params = common_cereg_params,
      .param_count = COMMON_CEREG_PARAMS,
      .record = common_terminal_record,
      .read = common_read_cereg },
    { .name = "#CPUMODE",
      .help = "Clock of the processor: 2 or 4 for large certificates.",
      .source = "1vv0300989 r12 §5",
      .only_on = TELIT_SLOW,
      AT_PARAMS(cpu_params),
      .record = telit_settings_record },
    { .name = "#CPUMODE",
      .help = "Clock of the processor; this platform needs none.",
      .source = "1vv0300989 r12 §5",
      .only_on = TELIT_FAST,
      .coverage = AT_ANSWERED,
      AT_PARAMS(cpu_params),
      .record = telit_settings_record },
    { .name = "#SELINT",
      .help = "Style of the AT interface.",
      .source = "80000ST10025a r5",
      .coverage = AT_ANSWERED,
      AT_PARAMS(interface_params),
      .keep = AT_KEEP_NVM,
      .record = telit_settings_record },
    { .name = "#E2ESC",
      .help = "Silence around the escape sequence in seconds; 0: S12 counts.",
      .source = "80617ST10991A r11 p.137",
      AT_PARAMS(guard_params),
      .keep = AT_KEEP_PROFILE,
      .record = common_session_record },
    { .name = "#SKIPESC",
      .help = "Escape characters stay from the peer, as they do here always.",
      .source = "80617ST10991A r4",
      .coverage = AT_ANSWERED,
      AT_PARAMS(skip_params),
      .keep = AT_KEEP_NVM,
      .record = telit_settings_record },
    { .name = "#REBOOT",
      .help = "Restarts the module.",
      .source = "80617ST10991A r4",
      .run = restart },
    { .name = "#Z", .help = "Restarts the module.", .source = "80617ST10991A r4", .run = restart },
    { .name = "#SHDN",
      .help = "Switches off; nobody can press a button here, so on again soon.",
      .source = "80617ST10991A r4",
      .run = shut_down },
    { .name = "#ENHRST",
      .help = "Restarts now or after some minutes.",
      .source = "80617ST10991A r4",
      AT_PARAMS(restart_params),
      .set = set_restart },
    { KEPT("#AUTOBND", "Automatic choice of the band; there is one."), AT_PARAMS(auto_params) },
    { KEPT("#BND", "Bands; there is one."), AT_PARAMS(band_params) },
    { KEPT("#STIA", "SIM toolkit; the SIM has none."), AT_PARAMS(toolkit_params),
      .read = read_toolkit },
    { KEPT("#PLMNMODE", "List of operators."), AT_PARAMS(operators_params) },
    { KEPT("#SLED", "Status LED; there is none."), AT_PARAMS(led_params) },
    { .name = "#SLEDSAV",
      .help = "Stores the setting of the status LED, which #SLED has done.",
      .source = "80617ST10991A r4",
      .coverage = AT_ANSWERED,
      .run = run_nothing },
    { KEPT("#DSTO", "Send delay of the old single socket in 0.1 s; there is none."),
      AT_PARAMS(delay_params), .only_on = TELIT_3G | TELIT_4G },
    { .name = "#DSTO",
      .help = "Send delay of the single socket in 0.1 s.",
      .source = "docs/facts/telit-plain-sockets.md §9",
      .only_on = TELIT_2G,
      AT_PARAMS(delay_params),
      .keep = AT_KEEP_NVM,
      .record = start_up_record,
      .make_record = start_up_make_record },
    { KEPT("#E2SLRI", "Pulse of RI when a listening socket is called; there is no such circuit."),
      AT_PARAMS(pulse_params) },
    { KEPT("#DIALMODE", "When ATD of a voice call answers: there is nobody to call."),
      AT_PARAMS(dial_mode_params) },
    { KEPT("#SIMDET", "Detection of the SIM, which is there: 1 says so, 2 looks."),
      AT_PARAMS(detection_params), .read = read_detection },
    { .name = "#CMUXMODE",
      .help = "How the terminals of a multiplexed port wake and sleep: they are awake.",
      .source = "docs/facts/mqtt-mux-ppp.md §3",
      .coverage = AT_ANSWERED,
      .keep = AT_KEEP_NVM,
      .record = start_up_record,
      .make_record = start_up_make_record,
      AT_PARAMS(multiplex_params) },
    { KEPT("#TXMONMODE", "Shows that it transmits; there is no pin for it."),
      AT_PARAMS(monitor_params) },
    { .name = "#TEMPMON",
      .help = "Temperature: 0 sets what is told of it, 1 measures it; it is normal.",
      .source = "docs/facts/telit.md §4.2",
      AT_PARAMS(temperature_params),
      .record = start_up_record,
      .make_record = start_up_make_record,
      .set = set_temperature },
    { KEPT("#OMADMCEN", "Device management client; there is none."), AT_PARAMS(management_params) },
};
const struct at_commands telit_general = AT_GENERAL_COMMANDS(rows);
