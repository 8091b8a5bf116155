/* fibocom_call.c: +MIPCALL, the context of the module's own TCP/IP, and +CGDCONT as these modules
 * print it.
 *
 * Source: examples of both SSL manuals; docs/facts/fibocom.md §2.1, §4.
 */
#include "personalities/fibocom/fibocom.h"

#include "personalities/common/common.h"
#include "personalities/common/data_call.h"

struct module_context *fibocom_context(struct tlsmodem *modem)
{
    return network_context_make(&modem->network, CALL_CID); /* it is the first: always there */
}

enum at_status fibocom_refuse_offline(struct at_session *at)
{
    return at_refuse(at, FACT_ERROR_STATE, "there is no connection; AT+MIPCALL=1 first");
}

static enum at_status read_call(struct at_session *at)
{
    char address[MODULE_ADDRESS_MAX + 1];

    if (!fibocom_context(module_of(at))->active) {
        at_info(at, "+MIPCALL: 0");
        return AT_OK;
    }
    network_address(CALL_CID, address, sizeof(address));
    at_info(at, "+MIPCALL: 1,%s", address);
    return AT_OK;
}

static bool take_apn(struct module_context *context, const struct at_arg *apn)
{
    return !apn->given || at_text_set(&context->apn, apn->text);
}

/* The line comes before OK: the hosts' waits are short (docs/facts/fibocom.md §2.1). */
static enum at_status hang_up(struct at_session *at)
{
    struct fibocom *fibocom = fibocom_of(at);

    fibocom->hangs_up = true;
    network_deactivate(module_of(at), CALL_CID);
    fibocom->hangs_up = false;
    at_info(at, "+MIPCALL: 0");
    return AT_OK;
}

static void ready(struct tlsmodem *modem)
{
    struct module_context *context = fibocom_context(modem);

    if (context->type[0] == '\0')
        memcpy(context->type, "IP", sizeof("IP"));
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    const struct fibocom *fibocom = modem->maker;

    (void)state;
    if (cid != CALL_CID || fibocom->hangs_up || data_call_takes_down(modem, cid))
        return;
    for (size_t i = 0; i < modem->terminal_count; i++)
        at_urc(modem->terminals[i]->at, "+MIPCALL: 0");
}

const struct module_part fibocom_call_part = { .ready = ready, .on_context_down = on_context_down };

enum { CALL_OPERATION, CALL_APN, CALL_USER, CALL_PASSWORD };

static enum at_status set_call(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    struct module_context *context = fibocom_context(modem);
    char address[MODULE_ADDRESS_MAX + 1];

    if (args->list[CALL_OPERATION].number == 0)
        return hang_up(at);
    if (context->active && module_fact(modem, FACT_CALL_TWICE) == TWICE_IS_ERROR)
        return at_refuse(at, FACT_ERROR_STATE,
                         "the connection is up already; AT+MIPCALL=0 ends it");
    if (!take_apn(context, &args->list[CALL_APN]))
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    if (!network_activate(&modem->network, CALL_CID))
        return common_refuse_activation(at, CALL_CID, FIBOCOM_NO_NETWORK, "+CGDCONT");
    network_address(CALL_CID, address, sizeof(address));
    at_urc(at, "+MIPCALL: %s", address);
    return AT_OK;
}

static enum at_status read_contexts(struct at_session *at)
{
    struct module_network *network = &module_of(at)->network;

    for (size_t cid = 1; cid <= network->context_count; cid++) {
        const struct module_context *context = network_context(network, cid);
        char address[MODULE_ADDRESS_MAX + 1] = "";

        if (context->type[0] == '\0')
            continue;
        if (context->active)
            network_address(cid, address, sizeof(address));
        at_info(at, "+CGDCONT: %zu,\"%s\",\"%s\",\"%s\",%d,%d,0,0", cid, context->type,
                at_text(context->apn), context->active ? address : at_text(context->address),
                (int)context->data_compression, (int)context->header_compression);
    }
    return AT_OK;
}

/* A line for each type that a context may have (27.007 10.1.1). */
static enum at_status test_contexts(struct at_session *at)
{
    static const char *const types[] = { "IP", "IPV6", "IPV4V6", "PPP" };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        at_info(at, "+CGDCONT: (1-%zu),\"%s\",,,(0,1),(0,1)",
                module_limit(module_of(at), LIMIT_CONTEXTS), types[i]);
    return AT_OK;
}

static const struct at_param call_params[] = {
    { .name = "operation", .max = 1 },
    { .name = "apn", .type = AT_STRING, .optional = true, .max = MODULE_APN_MAX },
    { .name = "user", .type = AT_STRING, .optional = true, .max = 64 },
    { .name = "password", .type = AT_STRING, .optional = true, .secret = true, .max = 64 },
};

static const struct at_command rows[] = {
    { .name = "+MIPCALL",
      .help = "Opens and closes the context of the module's own TCP/IP.",
      .source = "SSL V1.1.4 §2.6",
      AT_PARAMS(call_params),
      .test_text = "(0,1)",
      .set = set_call,
      .read = read_call },
    { .name = "+CGDCONT",
      .help = "Defines a PDP context.",
      .source = "27.007 10.1.1",
      AT_PARAMS(common_context_params),
      .record_count_limit = LIMIT_CONTEXTS,
      .record = common_context_record,
      .make_record = common_context_make_record,
      .keep = AT_KEEP_NVM,
      .set = common_context_set,
      .read = read_contexts,
      .test = test_contexts },
};
const struct at_commands fibocom_call = AT_COMMANDS(rows);
