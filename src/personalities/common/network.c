/* network.c: SIM and registration.  Source: 3GPP TS 27.007 chapters 7 and 8. */
#include "module/facts.h"
#include "personalities/common/common.h"

#include <stdio.h>
#include <string.h>

/* Where the one cell of the network is: hexadecimal, as +CREG prints it. */
#define AREA_CODE "0001"
#define CELL_ID   "0001"

static enum at_status read_pin(struct at_session *at)
{
    at_info(at, "+CPIN: READY");
    return AT_OK;
}

/* The SIM wants no PIN, so none can be given. */
static enum at_status set_pin(struct at_session *at, const struct at_args *args)
{
    (void)args;
    return at_fail(at, CME_NOT_ALLOWED);
}

static enum at_status run_signal(struct at_session *at)
{
    if (network_is_registered(&module_of(at)->network))
        at_info(at, "+CSQ: 20,0");
    else
        at_info(at, "+CSQ: 99,99");
    return AT_OK;
}

static enum at_status answer_registration(struct at_session *at, const char *name, int32_t mode)
{
    struct tlsmodem *modem = module_of(at);
    int registered = network_is_registered(&modem->network);

    if (mode < 2 || !registered)
        at_info(at, "%s: %d,%d", name, (int)mode, registered);
    else if (modem->model->access_technology == 0)
        at_info(at, "%s: 2,1,\"" AREA_CODE "\",\"" CELL_ID "\"", name);
    else
        at_info(at, "%s: 2,1,\"" AREA_CODE "\",\"0000" CELL_ID "\",%d", name,
                modem->model->access_technology);
    return AT_OK;
}

static enum at_status read_creg(struct at_session *at)
{
    return answer_registration(at, "+CREG", terminal_of(at)->settings.creg);
}

static enum at_status read_cgreg(struct at_session *at)
{
    return answer_registration(at, "+CGREG", terminal_of(at)->settings.cgreg);
}

enum at_status common_read_cereg(struct at_session *at)
{
    return answer_registration(at, "+CEREG", terminal_of(at)->settings.cereg);
}

static void operator_text(const struct module_network *network, char text[24])
{
    snprintf(text, 24, "%s",
             network->cops_format == 2 ? module_operator_code : module_operator_name);
}

static enum at_status read_operator(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);
    struct module_network *network = &modem->network;
    char name[24];

    operator_text(network, name);
    if (!network_is_registered(network))
        at_info(at, "+COPS: %d", (int)network->cops_mode);
    else if (modem->model->access_technology == 0)
        at_info(at, "+COPS: %d,%d,\"%s\"", (int)network->cops_mode, (int)network->cops_format,
                name);
    else
        at_info(at, "+COPS: %d,%d,\"%s\",%d", (int)network->cops_mode, (int)network->cops_format,
                name, modem->model->access_technology);
    return AT_OK;
}

enum { COPS_MODE, COPS_FORMAT, COPS_OPERATOR, COPS_ACCESS };

enum { COPS_MANUAL = 1, COPS_FORMAT_ONLY = 3 };

static bool is_our_operator(const struct at_arg *name)
{
    return name->given && (span_equal(name->text, span_of(module_operator_name)) ||
                           span_equal(name->text, span_of(module_operator_code)));
}

static enum at_status set_operator(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    int32_t mode = args->list[COPS_MODE].number;

    if (args->list[COPS_FORMAT].given)
        modem->network.cops_format = args->list[COPS_FORMAT].number;
    if (mode == COPS_FORMAT_ONLY)
        return AT_OK;
    if (mode == COPS_MANUAL && !is_our_operator(&args->list[COPS_OPERATOR]))
        return at_fail(at, CME_NO_NETWORK);
    modem->network.cops_mode = mode;
    network_update(modem);
    return AT_OK;
}

static enum at_status read_functionality(struct at_session *at)
{
    at_info(at, "+CFUN: %d", (int)module_of(at)->network.functionality);
    return AT_OK;
}

static enum at_status set_functionality(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);

    modem->network.functionality = args->list[0].number;
    network_update(modem);
    if (args->list[1].given && args->list[1].number == 1)
        module_power_cycle(modem, module_fact(modem, modem->personality->restart_off_ms));
    return AT_OK;
}

static const struct at_param pin_params[] = {
    { .name = "pin", .type = AT_STRING, .secret = true, .max = 8 },
    { .name = "newpin", .type = AT_STRING, .secret = true, .optional = true, .max = 8 },
};
static const struct at_param creg_params[] = {
    { .name = "mode", .max = 2, .bound = AT_BIND(terminal_settings, creg) },
};
const struct at_param common_cereg_params[COMMON_CEREG_PARAMS] = {
    { .name = "mode", .max = 2, .bound = AT_BIND(terminal_settings, cereg) },
};
static const struct at_param cgreg_params[] = {
    { .name = "mode", .max = 2, .bound = AT_BIND(terminal_settings, cgreg) },
};
static const struct at_param cops_params[] = {
    { .name = "mode", .max = 4 },
    { .name = "format", .optional = true, .values = "0-2" },
    { .name = "oper", .type = AT_STRING, .optional = true, .max = 23 },
    { .name = "AcT", .optional = true, .values = "0,2,7" },
};
static const struct at_param cfun_params[] = {
    { .name = "fun", .values = "0,1,4" },
    { .name = "rst", .optional = true, .values = "0,1" },
};

static const struct at_command rows[] = {
    { .name = "+CPIN",
      .help = "PIN of the SIM: none is wanted.",
      .source = "27.007 8.3",
      AT_PARAMS(pin_params),
      .test_text = "",
      .set = set_pin,
      .read = read_pin },
    { .name = "+CSQ",
      .help = "Signal quality.",
      .source = "27.007 8.5",
      .test_text = "(0-31,99),(0-7,99)",
      .run = run_signal },
    { .name = "+CREG",
      .help = "Registration, circuit-switched.",
      .source = "27.007 7.2",
      AT_PARAMS(creg_params),
      .record = common_terminal_record,
      .read = read_creg },
    { .name = "+CGREG",
      .help = "Registration, packet-switched.",
      .source = "27.007 10.1.20",
      AT_PARAMS(cgreg_params),
      .record = common_terminal_record,
      .read = read_cgreg },
    { .name = "+COPS",
      .help = "Operator.",
      .source = "27.007 7.3",
      AT_PARAMS(cops_params),
      .test_text = "(2,\"Test Network\",\"Test\",\"00101\"),,(0-4),(0-2)",
      .set = set_operator,
      .read = read_operator },
    { .name = "+CFUN",
      .help = "Functionality: 1 full, 4 radio off.",
      .source = "27.007 8.2",
      AT_PARAMS(cfun_params),
      .set = set_functionality,
      .read = read_functionality },
};
const struct at_commands common_network = AT_COMMANDS(rows);
