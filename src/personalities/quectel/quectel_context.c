/* quectel_context.c: +QIFGCNT, +QICSGP, +QIREGAPP, +QIACT, +QILOCIP, +QIDEACT, +CGATT.
 *
 * Source: GSM_SSL_TCP_Application_Note V3.1 §1.2, §3; docs/facts/quectel.md §2.1.
 */
#include "personalities/quectel/quectel.h"

#include "personalities/common/common.h"

#include <stdio.h>

/* False: no memory. */
static bool configure(struct tlsmodem *modem, const struct at_arg *apn, const struct at_arg *user)
{
    struct quectel_bearer *bearer = quectel_bearer(modem);
    struct module_context *context = quectel_bearer_define(modem, quectel_bearer_foreground(modem));

    if (context == NULL || (apn->given && !at_text_set(&context->apn, apn->text)))
        return false;
    return at_text_set(&bearer->user, user->text);
}

enum { CSGP_MODE, CSGP_APN, CSGP_USER };

static enum at_status set_access_point(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);

    if (args->list[CSGP_MODE].number == 1 &&
        !configure(modem, &args->list[CSGP_APN], &args->list[CSGP_USER]))
        return at_refuse_memory(at, QUECTEL_MEMORY_FAILURE);
    quectel_bearer(modem)->mode = args->list[CSGP_MODE].number;
    return AT_OK;
}

static enum at_status read_access_point(struct at_session *at)
{
    at_info(at, "+QICSGP: %d", (int)quectel_bearer(module_of(at))->mode);
    return AT_OK;
}

static bool may_register(struct tlsmodem *modem)
{
    switch (quectel_bearer(modem)->state) {
    case BEARER_INITIAL:
        return true;
    case BEARER_LOST:
        return false;
    default:
        return module_fact(modem, FACT_REGISTER_TWICE) == TWICE_IS_OK;
    }
}

static enum at_status refuse_register(struct at_session *at)
{
    return at_refuse_plain(at, "the context is %s, no more IP INITIAL; AT+QIDEACT first",
                           quectel_bearer_words(quectel_bearer(module_of(at))->state));
}

static enum at_status run_register(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);

    if (!may_register(modem))
        return refuse_register(at);
    if (quectel_bearer(modem)->state == BEARER_INITIAL)
        quectel_bearer_enter(modem, quectel_bearer_foreground(modem), BEARER_START);
    return AT_OK;
}

enum { REGISTER_APN, REGISTER_USER };

static enum at_status set_register(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);

    if (!may_register(modem))
        return refuse_register(at);
    if (!configure(modem, &args->list[REGISTER_APN], &args->list[REGISTER_USER]))
        return at_refuse_memory(at, QUECTEL_MEMORY_FAILURE);
    return run_register(at);
}

static enum at_status read_register(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);

    at_info(at, "+QIREGAPP: \"%s\",\"%s\",\"\"",
            at_text(quectel_bearer_context(modem, quectel_bearer_foreground(modem))->apn),
            at_text(quectel_bearer(modem)->user));
    return AT_OK;
}

static enum at_status run_activate(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);
    enum quectel_bearer_state state = quectel_bearer(modem)->state;

    if (quectel_bearer_is_up(quectel_bearer(modem)) &&
        module_fact(modem, FACT_ACTIVATE_TWICE) == TWICE_IS_OK)
        return AT_OK;
    if (quectel_bearer_is_up(quectel_bearer(modem)))
        return at_refuse_plain(at, "the context is active already");
    if (state != BEARER_INITIAL && state != BEARER_START)
        return quectel_refuse_bearer(at, FACT_PLAIN_ERROR);
    return quectel_bearer_activate(modem, quectel_bearer_foreground(modem))
               ? AT_OK
               : quectel_refuse_bearer(at, FACT_PLAIN_ERROR);
}

static enum at_status run_address(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);
    char address[MODULE_ADDRESS_MAX + 1];

    if (!quectel_bearer_is_up(quectel_bearer(modem)))
        return quectel_refuse_bearer(at, FACT_PLAIN_ERROR);
    quectel_bearer_enter(modem, quectel_bearer_foreground(modem), BEARER_STATUS);
    network_address(quectel_bearer_cid(quectel_bearer_foreground(modem)), address, sizeof(address));
    at_info(at, "%s", address);
    return AT_SILENT;
}

static enum at_status run_deactivate(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);
    size_t id = quectel_bearer_foreground(modem);

    if (quectel_bearer(modem)->state == BEARER_INITIAL &&
        module_fact(modem, FACT_DEACTIVATE_TWICE) == TWICE_IS_ERROR)
        return at_refuse_plain(at, "the context is IP INITIAL: there is nothing to end");
    quectel_sockets_close_all(modem, id);
    quectel_bearer_enter(modem, id, BEARER_INITIAL);
    network_deactivate(modem, quectel_bearer_cid(id));
    at_result_text(at, "DEACT OK");
    return AT_SILENT;
}

/* This port learns of a lost context before its OK, others as they come to it. */
static void detach(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);

    for (size_t id = 0; id < QUECTEL_BEARERS; id++) {
        if (!quectel_bearer_is_up(quectel_bearer_at(modem, id)))
            continue;
        quectel_bearer_enter(modem, id, BEARER_LOST);
        for (size_t i = 0; i < modem->terminal_count; i++) {
            if (modem->terminals[i]->at != at)
                at_urc(modem->terminals[i]->at, "+PDP DEACT");
        }
        at_info(at, "+PDP DEACT");
    }
}

static enum at_status set_attached(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    bool attached = args->list[0].number == 1;

    if (attached && !network_is_registered(&modem->network))
        return at_refuse(at, QUECTEL_NO_NETWORK, "there is no network to attach to: +CREG: %d",
                         network_stat(&modem->network));
    if (!attached)
        detach(at);
    modem->network.attached = attached;
    network_update(modem);
    return AT_OK;
}

static enum at_status read_attached(struct at_session *at)
{
    struct module_network *network = &module_of(at)->network;

    at_info(at, "+CGATT: %d", network->attached && network_is_registered(network));
    return AT_OK;
}

static enum at_status read_foreground(struct at_session *at)
{
    size_t id = quectel_bearer_foreground(module_of(at));

    at_info(at, "+QIFGCNT: %zu,%zu", id, terminal_of(at)->index);
    return AT_OK;
}

static const struct at_param foreground_params[] = {
    { .name = "id", .max = QUECTEL_BEARERS - 1, .bound = AT_BIND(quectel_settings, foreground) },
};
#define APN                                                                                        \
    {                                                                                              \
        .name = "apn", .type = AT_STRING, .optional = true, .max = MODULE_APN_MAX                  \
    }
#define USER                                                                                       \
    {                                                                                              \
        .name = "user", .type = AT_STRING, .optional = true, .max = QUECTEL_USER_MAX               \
    }
#define PASSWORD                                                                                   \
    {                                                                                              \
        .name = "pwd", .type = AT_STRING, .optional = true, .secret = true,                        \
        .max = QUECTEL_USER_MAX                                                                    \
    }
static const struct at_param access_params[] = {
    { .name = "type", .max = 1 },
    APN,
    USER,
    PASSWORD,
};
static const struct at_param register_params[] = {
    APN,
    USER,
    PASSWORD,
    { .name = "rate", .optional = true, .max = 14 },
};
static const struct at_param attach_params[] = { { .name = "state", .max = 1 } };

#define NOTE "GSM_SSL_TCP_Application_Note V3.1 §3.1; docs/facts/quectel.md §2.1"

static const struct at_command rows[] = {
    { .name = "+QIFGCNT",
      .help = "Chooses the context that the commands of TCP/IP are about.",
      .source = NOTE,
      .plain_error = true,
      AT_PARAMS(foreground_params),
      .record = quectel_settings_record,
      .read = read_foreground },
    { .name = "+QICSGP",
      .help = "Bearer and access point; no network here asks for a user.",
      .source = NOTE,
      .plain_error = true,
      AT_PARAMS(access_params),
      .test_text = "(0,1),<apn>,<user>,<pwd>",
      .set = set_access_point,
      .read = read_access_point },
    { .name = "+QIREGAPP",
      .help = "Registers to the TCP/IP stack.",
      .source = NOTE,
      .plain_error = true,
      AT_PARAMS(register_params),
      .test_text = "\"APN\",\"USER\",\"PWD\"",
      .run = run_register,
      .set = set_register,
      .read = read_register },
    { .name = "+QIACT",
      .help = "Activates the context.",
      .source = NOTE,
      .plain_error = true,
      .run = run_activate },
    { .name = "+QILOCIP",
      .help = "Local address; no OK follows it.",
      .source = NOTE,
      .plain_error = true,
      .run = run_address },
    { .name = "+QIDEACT",
      .help = "Deactivates the context and closes its sockets.",
      .source = NOTE,
      .plain_error = true,
      .run = run_deactivate },
    { .name = "+CGATT",
      .help = "Attachment to the packet domain.",
      .source = "27.007 10.1.9; docs/facts/quectel.md §2.1",
      AT_PARAMS(attach_params),
      .set = set_attached,
      .read = read_attached },
};
const struct at_commands quectel_bearer_rows = AT_COMMANDS(rows);
