/* telit_packet.c: PDP contexts: #SGACT, #CGPADDR, #GPRS and their kin.
 *
 * Source: Telit 1vv0300989 r12 §2; S000574 p.218; docs/facts/telit.md §2.
 */
#include "module/record.h"
#include "personalities/common/common.h"
#include "personalities/telit/telit.h"

static void *retry_record(struct at_session *at, size_t index);

static const struct module_record_kind retry_kind = { sizeof(struct telit_retry), false,
                                                      retry_record };

static void *retry_record(struct at_session *at, size_t index)
{
    return module_record_if(at, &retry_kind, index);
}

static void *retry_make_record(struct at_session *at, size_t index)
{
    return module_record(at, &retry_kind, index);
}

static bool is_mapped(struct at_session *at, int32_t cid)
{
    const struct telit *telit = telit_of(at);

    for (int32_t id = 1; id <= TELIT_PLAIN_MAX; id++) {
        struct telit_plain_settings plain;

        telit_plain_read_settings(at, id, &plain);
        if (plain.cid == cid)
            return true;
    }
    for (size_t i = 0; i < telit->ssl_count; i++) {
        if (telit->ssl[i].settings.cid == cid)
            return true;
    }
    return false;
}

enum { SGACT_CID, SGACT_STATE };

static enum at_status activate(struct at_session *at, size_t cid)
{
    struct module_network *network = &module_of(at)->network;
    const struct module_context *context = network_context(network, cid);
    char address[MODULE_ADDRESS_MAX + 1];

    if (context == NULL)
        return at_refuse(at, TELIT_ACTIVATION_FAILED,
                         "context 0 is a data call, which is not there");
    if (context->active)
        return at_refuse(at, TELIT_CONTEXT_ACTIVE, "context %zu is active already", cid);
    if (!is_mapped(at, (int32_t)cid))
        return at_refuse(at, TELIT_NOT_ALLOWED,
                         "no socket uses context %zu; AT#SCFG=<connId>,%zu,… or AT#SSLCFG first",
                         cid, cid);
    if (!network_activate(network, cid))
        return common_refuse_activation(at, cid, TELIT_ACTIVATION_FAILED, "+CGDCONT");
    network_address(cid, address, sizeof(address));
    at_info(at, "#SGACT: %s", address);
    return AT_OK;
}

/* A host that wants the context down closes its sockets first. */
static enum at_status deactivate(struct at_session *at, size_t cid)
{
    for (int32_t id = 1; id <= TELIT_PLAIN_MAX; id++) {
        const struct telit_plain *plain = telit_plain_if(module_of(at), id);

        if (plain != NULL && plain->cid == cid && plain->socket.state != CONNECTION_CLOSED &&
            !telit_plain_is_free(plain))
            return at_refuse(at, FACT_ERROR_DEACTIVATE_WHILE_OPEN,
                             "socket %d is open; AT#SH=%d first", (int)id, (int)id);
    }
    network_deactivate(module_of(at), cid);
    return AT_OK;
}

static enum at_status set_active(struct at_session *at, const struct at_args *args)
{
    size_t cid = (size_t)args->list[SGACT_CID].number;

    if (args->list[SGACT_STATE].number == 1)
        return activate(at, cid);
    return deactivate(at, cid);
}

/* Without userId and pwd, which have no range. */
static enum at_status test_active(struct at_session *at)
{
    at_info(at, "#SGACT: (0-%zu),(0,1)", module_limit(module_of(at), LIMIT_CONTEXTS));
    return AT_OK;
}

static enum at_status read_active(struct at_session *at)
{
    struct module_network *network = &module_of(at)->network;

    for (size_t cid = 1; cid <= network->context_count; cid++) {
        const struct module_context *context = network_context(network, cid);

        if (context->type[0] != '\0')
            at_info(at, "#SGACT: %zu,%d", cid, context->active);
    }
    return AT_OK;
}

static enum at_status set_address(struct at_session *at, const struct at_args *args)
{
    size_t cid = (size_t)args->list[0].number;
    char address[MODULE_ADDRESS_MAX + 1] = "";

    if (network_context(&module_of(at)->network, cid)->active)
        network_address(cid, address, sizeof(address));
    at_info(at, "#CGPADDR: %zu,\"%s\"", cid, address);
    return AT_OK;
}

enum { GPRS_CID = 1 };

/* The older form of #SGACT for context 1. */
static enum at_status set_gprs(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    char address[MODULE_ADDRESS_MAX + 1];

    if (args->list[0].number == 0) {
        network_deactivate(modem, GPRS_CID);
        return AT_OK;
    }
    if (network_context(&modem->network, GPRS_CID)->active)
        return at_refuse(at, TELIT_CONTEXT_ACTIVE, "context %d is active already", (int)GPRS_CID);
    if (!network_activate(&modem->network, GPRS_CID))
        return common_refuse_activation(at, GPRS_CID, TELIT_ACTIVATION_FAILED, "+CGDCONT");
    network_address(GPRS_CID, address, sizeof(address));
    at_info(at, "+IP: %s", address);
    return AT_OK;
}

static enum at_status read_gprs(struct at_session *at)
{
    at_info(at, "#GPRS: %d", network_context(&module_of(at)->network, GPRS_CID)->active);
    return AT_OK;
}

#define SETTING(field) AT_BIND(telit_settings, field)
#define RETRY(field)   AT_BIND(telit_retry, field)

static const struct at_param sgact_params[] = {
    { .name = "cid", .max_limit = LIMIT_CONTEXTS },
    { .name = "stat", .max = 1 },
    { .name = "userId", .type = AT_STRING, .optional = true, .max = 60 },
    { .name = "pwd", .type = AT_STRING, .optional = true, .secret = true, .max = 60 },
};
static const struct at_param cid_params[] = {
    { .name = "cid", .min = 1, .max_limit = LIMIT_CONTEXTS },
};
static const struct at_param gprs_params[] = { { .name = "mode", .max = 1 } };
static const struct at_param auth_params[] = {
    { .name = "type", .max = 2, .preset = 1, .bound = SETTING(sgact_auth) },
};
static const struct at_param retry_params[] = {
    { .name = "cid", .min = 1, .max_limit = LIMIT_CONTEXTS },
    { .name = "retry", .max = 15, .bound = RETRY(retry) },
    { .name = "delay",
      .optional = true,
      .min = 180,
      .max = 3600,
      .preset = 180,
      .bound = RETRY(delay_s) },
    { .name = "urcmode", .optional = true, .max = 1, .bound = RETRY(urc) },
};
static const struct at_param user_params[] = {
    { .name = "user", .type = AT_STRING, .max = 60, .owned = true, .bound = SETTING(user) },
};
static const struct at_param password_params[] = {
    { .name = "pwd", .type = AT_STRING, .secret = true, .max = 60 },
};

/* The network asks for no password, so none is kept. */
static enum at_status set_password(struct at_session *at, const struct at_args *args)
{
    (void)at;
    (void)args;
    return AT_OK;
}

static const struct at_command rows[] = {
    { .name = "#SGACT",
      .help = "Activates a PDP context, or ends it.",
      .source = "1vv0300989 r12 §2",
      AT_PARAMS(sgact_params),
      .set = set_active,
      .read = read_active,
      .test = test_active },
    { .name = "#SGACTAUTH",
      .help = "Authentication of #SGACT.",
      .source = "80617ST10991A r4",
      .coverage = AT_ANSWERED,
      AT_PARAMS(auth_params),
      .keep = AT_KEEP_NVM,
      .record = telit_settings_record },
    { .name = "#SGACTCFG",
      .help = "Retries of #SGACT.",
      .source = "80617ST10991A r4",
      .coverage = AT_ANSWERED,
      AT_PARAMS(retry_params),
      .record_count_limit = LIMIT_CONTEXTS,
      .record = retry_record,
      .make_record = retry_make_record,
      .keep = AT_KEEP_NVM },
    { .name = "#CGPADDR",
      .help = "Address of a PDP context.",
      .source = "80000ST10025a r5",
      AT_PARAMS(cid_params),
      .set = set_address },
    { .name = "#GPRS",
      .help = "Activates context 1, the older way.",
      .source = "80000ST10025a r5",
      AT_PARAMS(gprs_params),
      .set = set_gprs,
      .read = read_gprs },
    { .name = "#USERID",
      .help = "User of #GPRS.",
      .source = "80000ST10025a r5",
      .coverage = AT_ANSWERED,
      AT_PARAMS(user_params),
      .record = telit_settings_record },
    { .name = "#PASSW",
      .help = "Password of #GPRS.",
      .source = "80000ST10025a r5",
      .coverage = AT_ANSWERED,
      AT_PARAMS(password_params),
      .set = set_password },
};
const struct at_commands telit_packet = AT_COMMANDS(rows);
