/* quectel_general.c: commands of the module at large: identity, operator, power, port.
 *
 * Source: docs/facts/quectel.md §5.2, which gathers them from captures and host drivers.
 */
#include "personalities/quectel/quectel.h"

#include "base/number.h"
#include "module/identity.h"
#include "module/keep.h"
#include "module/sim.h"
#include "personalities/common/common.h"
#include "tlsmodem_control.h"

static const struct module_model *model_of(const struct at_session *at)
{
    return module_of(at)->model;
}

static enum at_status run_maker(struct at_session *at)
{
    at_info(at, "Quectel_Ltd");
    return AT_OK;
}

static enum at_status run_model(struct at_session *at)
{
    at_info(at, "Quectel_%s", model_of(at)->identity.product);
    return AT_OK;
}

static enum at_status run_revision(struct at_session *at)
{
    at_info(at, "Revision: %s", module_revision(module_of(at)));
    return AT_OK;
}

static enum at_status set_identity(struct at_session *at, const struct at_args *args)
{
    (void)args;
    run_maker(at);
    run_model(at);
    return run_revision(at);
}

static enum at_status run_imei(struct at_session *at)
{
    const char *given = module_of(at)->config.identity.imei;

    at_info(at, "%s", given != NULL ? given : module_fact_text(module_of(at), FACT_IMEI));
    return AT_OK;
}

static enum at_status run_iccid_bare(struct at_session *at)
{
    at_info(at, "%s", identity_iccid(at));
    return AT_OK;
}

static enum at_status run_iccid(struct at_session *at)
{
    at_info(at, "+CCID: \"%s\"", identity_iccid(at));
    return AT_OK;
}

static enum at_status read_operator_name(struct at_session *at)
{
    at_info(at, "+QSPN: \"%s\"",
            network_is_registered(&module_of(at)->network) ? identity_operator_name(at) : "");
    return AT_OK;
}

static enum at_status run_sim_state(struct at_session *at)
{
    /* 3: SIM, messages and phonebook are there */
    at_info(at, "+QINISTAT: %d", sim_is_ready(module_of(at)) ? 3 : 0);
    return AT_OK;
}

static bool has_sim(const struct at_session *at)
{
    return module_of(at)->sim.state != TLSMODEM_SIM_ABSENT;
}

static enum at_status read_sim(struct at_session *at)
{
    at_info(at, "+QSIMSTAT: %d,%d", (int)quectel_of(at)->settings.sim_report, has_sim(at));
    return AT_OK;
}

/* PIN, PIN2, PUK, PUK2; of the second ones there are none here, so nobody has tried them. */
static enum at_status run_tries(struct at_session *at)
{
    const struct module_sim *sim = &module_of(at)->sim;

    at_info(at, "+QTRPIN: %d,%d,%d,%d", sim->pin_tries, SIM_PIN_TRIES, sim->puk_tries,
            SIM_PUK_TRIES);
    return AT_OK;
}

static enum at_status run_network_state(struct at_session *at)
{
    bool usable = network_is_registered(&module_of(at)->network);

    at_info(at, "+QNSTATUS: %d", usable ? 0 : 255);
    return AT_OK;
}

static enum at_status run_battery(struct at_session *at)
{
    at_info(at, "+CBC: 0,95,4100");
    return AT_OK;
}

enum { POWER_URGENT, POWER_NORMAL, POWER_RESTART };

static enum at_status set_power(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);

    switch (args->list[0].number) {
    case POWER_NORMAL:
        module_power_cycle(modem, module_fact(modem, FACT_SHUTDOWN_OFF_MS));
        at_info(at, "NORMAL POWER DOWN");
        return AT_SILENT;
    case POWER_RESTART:
        module_power_cycle(modem, module_fact(modem, FACT_RESTART_OFF_MS));
        return AT_OK;
    default:
        module_power_cycle(modem, module_fact(modem, FACT_SHUTDOWN_OFF_MS));
        return AT_OK;
    }
}

#define SETTING(field) AT_BIND(quectel_settings, field)

static const struct at_param identity_params[] = { { .name = "n", .max = 255 } };
static const struct at_param connect_params[] = {
    { .name = "n",
      .max = 4,
      .preset = FACT_EXTENDED_CONNECT_PRESET,
      .bound = AT_BIND(at_settings, extended_connect) },
};
static const struct at_param sim_params[] = {
    { .name = "n", .max = 1, .bound = SETTING(sim_report) },
};
static const struct at_param power_params[] = { { .name = "n", .max = 2 } };
static const struct at_param start_up_params[] = {
    { .name = "mode", .max = 1, .preset = 1, .bound = SETTING(start_up) },
};

#define INFO(text, say, handler)                                                                   \
    .name = (text), .help = (say), .source = "docs/facts/quectel.md §5.2", .run = (handler)

static const struct at_command rows[] = {
    { .name = "I",
      .basic = true,
      .help = "Maker, model and revision.",
      .source = "docs/facts/quectel.md §5.2",
      AT_PARAMS(identity_params),
      .set = set_identity },
    { .name = "X",
      .basic = true,
      .help = "Extended result codes of dialling.",
      .source = "V.250 6.2.7",
      .coverage = AT_ANSWERED,
      AT_PARAMS(connect_params),
      .keep = AT_KEEP_PROFILE,
      .record = common_session_record },
    { INFO("+GMI", "Manufacturer.", run_maker) },
    { INFO("+CGMI", "Manufacturer.", run_maker) },
    { INFO("+GMM", "Model.", run_model) },
    { INFO("+CGMM", "Model.", run_model) },
    { INFO("+GMR", "Revision.", run_revision) },
    { INFO("+CGMR", "Revision.", run_revision) },
    { INFO("+QGMR", "Revision.", run_revision) },
    { INFO("+GSN", "Serial number (IMEI).", run_imei) },
    { INFO("+CGSN", "Serial number (IMEI).", run_imei) },
    { INFO("+QCCID", "ICCID of the SIM, alone on its line.", run_iccid_bare) },
    { INFO("+CCID", "ICCID of the SIM.", run_iccid) },
    { .name = "+QSIMSTAT",
      .help = "Whether the SIM is there, and whether a change is told.",
      .source = "docs/facts/messages-calls-sim.md §6",
      AT_PARAMS(sim_params),
      .record = quectel_settings_record,
      .read = read_sim },
    { .name = "+QTRPIN",
      .help = "Tries of PIN and PUK that are left.",
      .source = "docs/facts/messages-calls-sim.md §6",
      .run = run_tries },
    { INFO("+QINISTAT", "How far the SIM is ready.", run_sim_state) },
    { INFO("+QNSTATUS", "Whether the network can be used.", run_network_state) },
    { INFO("+CBC", "State of the battery.", run_battery), .test_text = "(0-2),(1-100),(voltage)" },
    { .name = "+QSPN",
      .help = "Name of the operator.",
      .source = "docs/facts/quectel.md §5.2",
      .read = read_operator_name },
    { .name = "+QPOWD",
      .help =
          "Switches off (0 at once, 1 orderly; nobody can press a key here, so on again soon), or "
          "restarts (2).",
      .source = "docs/facts/quectel.md §5.2",
      AT_PARAMS(power_params),
      .set = set_power },
    { .name = "+QIURC",
      .help = "Whether the module speaks when it starts.",
      .source = "docs/facts/quectel.md §2.2",
      AT_PARAMS(start_up_params),
      .keep = FACT_START_UP_SETTING_IS_KEPT,
      .record = quectel_settings_record },
};
const struct at_commands quectel_general = AT_GENERAL_COMMANDS(rows);
