/* fibocom_general.c: who the module is, power, and what hosts set at start-up.
 *
 * Source: docs/facts/fibocom.md §4, which gathers what drivers and logs of real modules show.
 */
#include "personalities/fibocom/fibocom.h"

#include "module/identity.h"
#include "personalities/common/common.h"

static enum at_status run_identification(struct at_session *at)
{
    const struct module_model *model = module_of(at)->model;

    at_info(at, "%s", model->identity.maker);
    at_info(at, "%s", model->identity.product);
    at_info(at, "%s", module_revision(module_of(at)));
    return AT_OK;
}

static enum at_status set_identification(struct at_session *at, const struct at_args *args)
{
    (void)args;
    return run_identification(at);
}

static enum at_status run_maker(struct at_session *at)
{
    at_info(at, "%s: \"%s\"", at_row_name(at), module_of(at)->model->identity.maker);
    return AT_OK;
}

static enum at_status run_model(struct at_session *at)
{
    const struct tlsmodem *modem = module_of(at);

    at_info(at, "%s: \"%s\",\"%s\"", at_row_name(at), module_fact_text(modem, FACT_RADIO),
            modem->model->identity.product);
    return AT_OK;
}

static enum at_status run_revision(struct at_session *at)
{
    at_info(at, "%s: \"%s\"", at_row_name(at), module_revision(module_of(at)));
    return AT_OK;
}

static enum at_status run_imei(struct at_session *at)
{
    at_info(at, "%s", identity_imei(at));
    return AT_OK;
}

enum { SERIAL_IMEI = 1 };

static enum at_status set_imei(struct at_session *at, const struct at_args *args)
{
    if (args->list[0].number != SERIAL_IMEI)
        return run_imei(at);
    at_info(at, "+CGSN: %s", identity_imei(at));
    return AT_OK;
}

static enum at_status read_serial(struct at_session *at)
{
    at_info(at, "+GSN: \"%s\"", identity_imei(at));
    return AT_OK;
}

static enum at_status run_imsi(struct at_session *at)
{
    at_info(at, "%s", identity_imsi(at));
    return AT_OK;
}

static enum at_status read_imsi(struct at_session *at)
{
    at_info(at, "+CIMI: %s", identity_imsi(at));
    return AT_OK;
}

static enum at_status run_iccid(struct at_session *at)
{
    at_info(at, "%s: %s", at_row_name(at), identity_iccid(at));
    return AT_OK;
}

static enum at_status restart(struct at_session *at)
{
    module_power_cycle(module_of(at), module_fact(module_of(at), FACT_RESTART_OFF_MS));
    return AT_OK;
}

/* Off, with all that is up.  Nobody can press its button, so it comes back by itself, as from the
 * key: with its boot lines, and with what the power does not take. */
static enum at_status power_off(struct at_session *at)
{
    module_power_cycle(module_of(at), module_fact(module_of(at), FACT_SHUTDOWN_OFF_MS));
    return AT_OK;
}

enum { CFUN_FUN, CFUN_RESET };

enum { CFUN_RESTARTS = 15 };

static enum at_status set_functionality(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    int32_t fun = args->list[CFUN_FUN].number;

    if (fun == CFUN_RESTARTS)
        return restart(at);
    modem->network.functionality = fun;
    network_update(modem);
    return args->list[CFUN_RESET].given && args->list[CFUN_RESET].number == 1 ? restart(at) : AT_OK;
}

static enum at_status read_functionality(struct at_session *at)
{
    at_info(at, "+CFUN: %d", (int)module_of(at)->network.functionality);
    return AT_OK;
}

static const struct at_param identification_params[] = { { .name = "value", .max = 255 } };
static const struct at_param serial_params[] = { { .name = "snt", .max = 3 } };
static const struct at_param cfun_params[] = {
    { .name = "fun", .values = "0,1,4,15" },
    { .name = "rst", .optional = true, .max = 1 },
};
static const struct at_param detect_params[] = {
    { .name = "n", .max = 1, .bound = AT_BIND(fibocom_settings, sim_detect) },
};
static const struct at_param wake_params[] = {
    { .name = "n", .max = 1, .bound = AT_BIND(fibocom_settings, wake) },
};
static const struct at_param usb_params[] = {
    { .name = "mode", .max = 255, .preset = 31, .bound = AT_BIND(fibocom_settings, usb_mode) },
};
static const struct at_param sleep_params[] = {
    { .name = "time", .max = 255, .bound = AT_BIND(fibocom_settings, sleep_s) },
};
/* Checked, kept for the host, read back, and of no effect. */
#define KEPT(text, say, parameters)                                                                \
    .name = (text), .help = (say), .source = "docs/facts/fibocom.md §4", AT_PARAMS(parameters),    \
    .coverage = AT_ANSWERED, .record = fibocom_settings_record
#define SAYS(text, say, handler)                                                                   \
    .name = (text), .help = (say), .source = "docs/facts/fibocom.md §4", .run = (handler)

static const struct at_command rows[] = {
    { SAYS("I", "Identification: manufacturer, model, revision.", run_identification),
      .basic = true, AT_PARAMS(identification_params), .set = set_identification },
    { SAYS("+CGMI", "Manufacturer.", run_maker) },
    { SAYS("+GMI", "Manufacturer.", run_maker) },
    { SAYS("+CGMM", "Model.", run_model) },
    { SAYS("+GMM", "Model.", run_model) },
    { SAYS("+CGMR", "Revision.", run_revision) },
    { SAYS("+GMR", "Revision.", run_revision) },
    { SAYS("+CGSN", "Serial number; with 1 the IMEI.", run_imei), AT_PARAMS(serial_params),
      .set = set_imei },
    { SAYS("+GSN", "Serial number (IMEI).", run_imei), .read = read_serial },
    { SAYS("+CIMI", "IMSI of the SIM.", run_imsi), .read = read_imsi },
    { SAYS("+CCID", "ICCID of the SIM.", run_iccid) },
    { SAYS("+ICCID", "ICCID of the SIM.", run_iccid) },
    { .name = "+CEREG",
      .help = "Registration, EPS.",
      .source = "27.007 10.1.22",
      .params = common_cereg_params,
      .param_count = COMMON_CEREG_PARAMS,
      .record = common_terminal_record,
      .read = common_read_cereg },
    { .name = "+CFUN",
      .help = "Functionality: 1 full, 4 radio off, 15 restart.",
      .source = "docs/facts/fibocom.md §4",
      AT_PARAMS(cfun_params),
      .set = set_functionality,
      .read = read_functionality },
    { SAYS("+RESET", "Restarts the module.", restart), .acts = true },
    { SAYS("+CPOF", "Switches off; nobody can press a button here, so on again soon.", power_off),
      .acts = true },
    { SAYS("+CPWROFF", "Another name of +CPOF.", power_off), .acts = true },
    { KEPT("+MSMPD", "Detection of the SIM.", detect_params) },
    { KEPT("+GTWAKE", "Wake-up of the host.", wake_params) },
    { KEPT("+GTUSBMODE", "Mode of the USB port.", usb_params), .keep = AT_KEEP_NVM },
    { KEPT("S24", "Seconds before sleep.", sleep_params), .basic = true, .digits = 3 },
};
const struct at_commands fibocom_general = AT_GENERAL_COMMANDS(rows);
