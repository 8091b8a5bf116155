/* telit_packet.c: PDP contexts and socket defaults: #SGACT, #SCFG, #CGPADDR, #GPRS and their kin.
 *
 * Source: Telit 1vv0300989 r12 §2; S000574 p.218; docs/facts/telit.md §2.
 */
#include "module/record.h"
#include "personalities/common/common.h"
#include "personalities/telit/telit.h"

static void *plain_record(struct at_session *at, size_t index);
static void *retry_record(struct at_session *at, size_t index);

static const struct module_record_kind plain_kind = { sizeof(struct telit_plain_settings), false,
                                                      plain_record };
static const struct module_record_kind retry_kind = { sizeof(struct telit_retry), false,
                                                      retry_record };

static void *plain_record(struct at_session *at, size_t index)
{
    return module_record_if(at, &plain_kind, index);
}

static void *plain_make_record(struct at_session *at, size_t index)
{
    return module_record(at, &plain_kind, index);
}

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

    for (size_t i = 0; i < module_limit(module_of(at), LIMIT_PLAIN_SOCKETS); i++) {
        struct telit_plain_settings plain;

        module_record_read(at, &plain_kind, i, &plain);
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

static enum at_status set_active(struct at_session *at, const struct at_args *args)
{
    size_t cid = (size_t)args->list[SGACT_CID].number;

    if (args->list[SGACT_STATE].number == 1)
        return activate(at, cid);
    network_deactivate(module_of(at), cid);
    return AT_OK;
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

/* Plain sockets, whose endings this would tell, are not there yet: none has ended. */
static enum at_status answer_closure(struct at_session *at, size_t connection)
{
    at_info(at, "#SLASTCLOSURE: %zu,%d", connection, (int)CAUSE_NONE);
    return AT_OK;
}

static enum at_status set_closure(struct at_session *at, const struct at_args *args)
{
    return answer_closure(at, (size_t)args->list[0].number);
}

static enum at_status run_closure(struct at_session *at)
{
    for (size_t connection = 1; connection <= TELIT_PLAIN_MAX; connection++)
        answer_closure(at, connection);
    return AT_OK;
}

#define SETTING(field) AT_BIND(telit_settings, field)
#define PLAIN(field)   AT_BIND(telit_plain_settings, field)
#define RETRY(field)   AT_BIND(telit_retry, field)

static const int32_t plain_contexts[TELIT_PLAIN_MAX] = {
    FACT_SOCKET_1_CONTEXT, FACT_SOCKET_2_CONTEXT, FACT_SOCKET_3_CONTEXT,
    FACT_SOCKET_4_CONTEXT, FACT_SOCKET_5_CONTEXT, FACT_SOCKET_6_CONTEXT,
};

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
static const struct at_param plain_params[] = {
    { .name = "connId", .min = 1, .max_limit = LIMIT_PLAIN_SOCKETS },
    { .name = "cid",
      .min = 1,
      .max_limit = LIMIT_CONTEXTS,
      .preset_by_record = plain_contexts,
      .bound = PLAIN(cid) },
    { .name = "pktSz", .max = 1500, .preset = 300, .bound = PLAIN(packet_size) },
    { .name = "maxTo", .max = 65535, .preset = 90, .bound = PLAIN(idle_s) },
    { .name = "connTo", .min = 10, .max = 1200, .preset = 600, .bound = PLAIN(connect_ds) },
    { .name = "txTo", .max = 255, .preset = 50, .bound = PLAIN(flush_ds) },
};
#define CONNECTION                                                                                 \
    {                                                                                              \
        .name = "connId", .min = 1, .max_limit = LIMIT_PLAIN_SOCKETS                               \
    }
static const struct at_param extended_params[] = {
    CONNECTION,
    { .name = "srMode", .max = 3, .bound = PLAIN(ring_mode) },
    { .name = "recvDataMode", .max = 1, .bound = PLAIN(receive_mode) },
    { .name = "keepalive", .max = 240, .bound = PLAIN(keep_alive_min) },
    { .name = "ListenAutoRsp", .optional = true, .max = 1, .bound = PLAIN(accepts) },
    { .name = "sendDataMode", .optional = true, .max = 1, .bound = PLAIN(send_mode) },
};
static const struct at_param extended2_params[] = {
    CONNECTION,
    { .name = "bufferStart", .max = 1, .bound = PLAIN(restarts_flush) },
    { .name = "abortConnAttempt", .optional = true, .max = 1, .bound = PLAIN(abort_dial) },
    { .name = "sringLen", .optional = true, .max = 1, .bound = PLAIN(ring_length) },
    { .name = "sringTo", .optional = true, .max = 10, .bound = PLAIN(ring_ds) },
    { .name = "noCarrierMode", .optional = true, .max = 2, .bound = PLAIN(no_carrier_mode) },
};
static const struct at_param extended3_params[] = {
    CONNECTION,
    { .name = "immRsp", .max = 1, .bound = PLAIN(at_once) },
    { .name = "closureTypeCmdMode", .optional = true, .max = 1, .bound = PLAIN(closure_mode) },
    { .name = "fastSRing", .optional = true, .max = 1, .bound = PLAIN(fast_ring) },
    { .name = "ssendTimeout", .optional = true, .max = 255, .bound = PLAIN(send_limit) },
    { .name = "unused", .optional = true, .hidden = true, .bound = PLAIN(unused) },
};
static const struct at_param closure_params[] = {
    { .name = "connId", .min = 1, .max_limit = LIMIT_PLAIN_SOCKETS },
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
    { .name = "#SCFG",
      .help = "Settings of the plain sockets; maps them to contexts.",
      .source = "S000574 p.218",
      AT_PARAMS(plain_params),
      .record_count_limit = LIMIT_PLAIN_SOCKETS,
      .record = plain_record,
      .make_record = plain_make_record,
      .keep = AT_KEEP_NVM },
    { .name = "#SCFGEXT",
      .help = "More settings of the plain sockets.",
      .source = "docs/facts/telit-plain-sockets.md §2",
      .coverage = AT_ANSWERED,
      AT_PARAMS(extended_params),
      .record_count_limit = LIMIT_PLAIN_SOCKETS,
      .record = plain_record,
      .make_record = plain_make_record,
      .keep = AT_KEEP_NVM },
    { .name = "#SCFGEXT2",
      .help = "More settings of the plain sockets.",
      .source = "docs/facts/telit-plain-sockets.md §2",
      .coverage = AT_ANSWERED,
      AT_PARAMS(extended2_params),
      .record_count_limit = LIMIT_PLAIN_SOCKETS,
      .record = plain_record,
      .make_record = plain_make_record,
      .keep = AT_KEEP_NVM },
    { .name = "#SCFGEXT3",
      .help = "More settings of the plain sockets.",
      .source = "docs/facts/telit-plain-sockets.md §2",
      .coverage = AT_ANSWERED,
      AT_PARAMS(extended3_params),
      .record_count_limit = LIMIT_PLAIN_SOCKETS,
      .record = plain_record,
      .make_record = plain_make_record,
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
    { .name = "#SLASTCLOSURE",
      .help = "Why a plain socket was closed.",
      .source = "80446ST10707A r0 p.343",
      .coverage = AT_ANSWERED,
      AT_PARAMS(closure_params),
      .run = run_closure,
      .set = set_closure },
};
const struct at_commands telit_packet = AT_COMMANDS(rows);
