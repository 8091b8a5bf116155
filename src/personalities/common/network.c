/* network.c: SIM and registration.  Source: 3GPP TS 27.007 chapters 7 and 8. */
#include "module/facts.h"
#include "module/identity.h"
#include "personalities/common/common.h"
#include "personalities/common/message_view.h"

#include <stdio.h>
#include <string.h>

enum { SIGNAL_UNKNOWN = 99, ERRORS_UNKNOWN = 99, E_UTRAN = 7 };

/* <ber> is RXQUAL, of which LTE has none (27.007 8.5); logs of real L610 have 99. */
static int bit_errors(const struct tlsmodem *modem)
{
    return modem->model->access_technology == E_UTRAN ? ERRORS_UNKNOWN : 0;
}

static enum at_status run_signal(struct at_session *at)
{
    if (network_is_registered(&module_of(at)->network) && identity_signal(at) != SIGNAL_UNKNOWN)
        at_info(at, "+CSQ: %d,%d", identity_signal(at), bit_errors(module_of(at)));
    else
        at_info(at, "+CSQ: 99,99");
    return AT_OK;
}

static enum at_status answer_registration(struct at_session *at, const char *name, int32_t mode,
                                          int stat)
{
    char place[NETWORK_PLACE_CAP] = "";

    if (mode == 2 && stat != 0)
        network_place(at, place);
    at_info(at, "%s: %d,%d%s", name, (int)mode, stat, place);
    return AT_OK;
}

static enum at_status read_creg(struct at_session *at)
{
    return answer_registration(at, "+CREG", terminal_of(at)->settings.creg,
                               network_stat(&module_of(at)->network));
}

static enum at_status read_cgreg(struct at_session *at)
{
    return answer_registration(at, "+CGREG", terminal_of(at)->settings.cgreg,
                               network_packet_stat(&module_of(at)->network));
}

enum at_status common_read_cereg(struct at_session *at)
{
    return answer_registration(at, "+CEREG", terminal_of(at)->settings.cereg,
                               network_packet_stat(&module_of(at)->network));
}

enum { COPS_NUMERIC = 2 };

static enum at_status read_operator(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);
    struct module_network *network = &modem->network;
    char name[4 * TLSMODEM_OPERATOR_MAX + 1];
    struct text text;

    text_init(&text, name, sizeof(name));
    if (network->cops_format == COPS_NUMERIC)
        text_add(&text, "%s", identity_operator_code(at));
    else
        charset_add_ascii(message_charset(at), identity_operator_name(at), &text);

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

static bool is_our_operator(const struct at_session *at, const struct at_arg *name)
{
    return name->given && (span_equal(name->text, span_of(identity_operator_name(at))) ||
                           span_equal(name->text, span_of(identity_operator_code(at))));
}

static enum at_status set_operator(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    int32_t mode = args->list[COPS_MODE].number;

    if (args->list[COPS_FORMAT].given)
        modem->network.cops_format = args->list[COPS_FORMAT].number;
    if (mode == COPS_FORMAT_ONLY)
        return AT_OK;
    if (mode == COPS_MANUAL && !is_our_operator(at, &args->list[COPS_OPERATOR]))
        return at_refuse(at, CME_NO_NETWORK, "the one operator here is \"%s\", number %s",
                         identity_operator_name(at), identity_operator_code(at));
    modem->network.cops_mode = mode;
    network_update(modem);
    return AT_OK;
}

/* The one operator that is there, current; its short name is the first word of the long one. */
static enum at_status test_operator(struct at_session *at)
{
    const char *name = identity_operator_name(at);

    int technology = module_of(at)->model->access_technology;
    char access[8] = "";

    if (technology != 0)
        snprintf(access, sizeof(access), ",%d", technology);
    at_info(at, "+COPS: (2,\"%s\",\"%.*s\",\"%s\"%s),,(0-4),(0-2)", name, (int)strcspn(name, " "),
            name, identity_operator_code(at), access);
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
      .test = test_operator,
      .set = set_operator,
      .read = read_operator },
    { .name = "+CFUN",
      .help = "Functionality: 1 full, 4 radio off.",
      .source = "27.007 8.2",
      AT_PARAMS(cfun_params),
      .set = set_functionality,
      .read = read_functionality },
};
const struct at_commands common_network = AT_GENERAL_COMMANDS(rows);
