/* quectel_bearer.c: +QIFGCNT, +QICSGP, +QIREGAPP, +QIACT, +QILOCIP, +QIDEACT, +CGATT, and what a
 * lost context means.
 *
 * Source: GSM_SSL_TCP_Application_Note V3.1 §1.2, §1.4, §3; quectel.md §2.1, §2.6.
 */
#include "personalities/quectel/quectel.h"

#include "personalities/common/common.h"

#include <stdio.h>

static const struct {
    const char *words;
    int number;
} states[] = {
#define QUECTEL_BEARER_WORDS(name, number, text) [name] = { text, number },
    QUECTEL_BEARER_STATES(QUECTEL_BEARER_WORDS)
#undef QUECTEL_BEARER_WORDS
};

const char *quectel_bearer_words(enum quectel_bearer_state state)
{
    return states[state].words;
}

int quectel_bearer_number(enum quectel_bearer_state state)
{
    return states[state].number;
}

struct quectel_bearer *quectel_bearer_at(struct tlsmodem *modem, size_t id)
{
    return &((struct quectel *)modem->maker)->bearers[id];
}

static size_t foreground(const struct tlsmodem *modem)
{
    return (size_t)((const struct quectel *)modem->maker)->settings.foreground;
}

struct quectel_bearer *quectel_bearer(struct tlsmodem *modem)
{
    return quectel_bearer_at(modem, foreground(modem));
}

static size_t cid_of(size_t id)
{
    return id + 1;
}

static void enter(struct tlsmodem *modem, size_t id, enum quectel_bearer_state next)
{
    struct quectel_bearer *bearer = quectel_bearer_at(modem, id);

    log_trace(modem->config.log, TRACE_NET, "context %zu: %s -> %s", id,
              states[bearer->state].words, states[next].words);
    bearer->state = next;
    if (!quectel_bearer_is_up(bearer))
        bearer->used = false;
}

bool quectel_bearer_is_up(const struct quectel_bearer *bearer)
{
    return bearer->state == BEARER_ACTIVE || bearer->state == BEARER_STATUS;
}

/* The context as +CGDCONT sees it; one that nobody has defined is of type IP. */
static struct module_context *defined(struct tlsmodem *modem, size_t id)
{
    struct module_context *context = network_context(&modem->network, cid_of(id));

    if (context->type[0] == '\0')
        snprintf(context->type, sizeof(context->type), "IP");
    return context;
}

/* There is no radio to wait for: configuring and activating take no time. */
static bool activate(struct tlsmodem *modem, size_t id)
{
    enter(modem, id, BEARER_CONFIG);
    if (defined(modem, id)->active || quectel_bearer_at(modem, id)->mode == 0) {
        enter(modem, id, BEARER_START); /* +CGACT or a call has it; or circuit-switched data */
        return false;
    }
    enter(modem, id, BEARER_IND);
    if (!network_activate(&modem->network, cid_of(id))) {
        enter(modem, id, BEARER_START);
        return false;
    }
    enter(modem, id, BEARER_ACTIVE);
    return true;
}

bool quectel_bearer_need(struct tlsmodem *modem)
{
    struct quectel_bearer *bearer = quectel_bearer(modem);

    if (quectel_bearer_is_up(bearer))
        return true;
    return bearer->state != BEARER_LOST && activate(modem, foreground(modem));
}

static enum err start(struct tlsmodem *modem)
{
    for (size_t id = 0; id < QUECTEL_BEARERS; id++)
        quectel_bearer_at(modem, id)->mode = 1;
    return ERR_OK;
}

static void lose(struct tlsmodem *modem, size_t id)
{
    enter(modem, id, BEARER_LOST);
    quectel_sockets_lose_bearer(modem, id);
}

static void on_context_down(struct tlsmodem *modem, size_t cid)
{
    size_t id = cid - 1;

    if (id >= QUECTEL_BEARERS || !quectel_bearer_is_up(quectel_bearer_at(modem, id)))
        return;
    lose(modem, id);
    for (size_t i = 0; i < modem->terminal_count; i++)
        at_urc(&modem->terminals[i].at, "+PDP DEACT");
}

const struct quectel_part quectel_bearer_part = {
    .start = start,
    .on_context_down = on_context_down,
};

/* ---- commands ---- */

static void copy(char *field, size_t cap, const struct at_arg *arg)
{
    snprintf(field, cap, "%.*s", (int)arg->text.len, (const char *)arg->text.data);
}

static void configure(struct tlsmodem *modem, const struct at_arg *apn, const struct at_arg *user)
{
    struct quectel_bearer *bearer = quectel_bearer(modem);
    struct module_context *context = defined(modem, foreground(modem));

    if (apn->given)
        copy(context->apn, sizeof(context->apn), apn);
    copy(bearer->user, sizeof(bearer->user), user);
}

enum { CSGP_MODE, CSGP_APN, CSGP_USER };

static enum at_status set_access_point(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);

    quectel_bearer(modem)->mode = args->list[CSGP_MODE].number;
    if (args->list[CSGP_MODE].number == 1)
        configure(modem, &args->list[CSGP_APN], &args->list[CSGP_USER]);
    return AT_OK;
}

static enum at_status read_access_point(struct at_session *at)
{
    at_info(at, "+QICSGP: %d", (int)quectel_bearer(module_of(at))->mode);
    return AT_OK;
}

static enum at_status run_register(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);

    if (quectel_bearer(modem)->state != BEARER_INITIAL)
        return at_fail_plain(at);
    enter(modem, foreground(modem), BEARER_START);
    return AT_OK;
}

enum { REGISTER_APN, REGISTER_USER };

static enum at_status set_register(struct at_session *at, const struct at_args *args)
{
    enum at_status status = run_register(at);

    if (status == AT_OK)
        configure(module_of(at), &args->list[REGISTER_APN], &args->list[REGISTER_USER]);
    return status;
}

static enum at_status read_register(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);

    at_info(at, "+QIREGAPP: \"%s\",\"%s\",\"\"", defined(modem, foreground(modem))->apn,
            quectel_bearer(modem)->user);
    return AT_OK;
}

static enum at_status run_activate(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);
    enum quectel_bearer_state state = quectel_bearer(modem)->state;

    if (state != BEARER_INITIAL && state != BEARER_START)
        return at_fail_plain(at);
    return activate(modem, foreground(modem)) ? AT_OK : at_fail_plain(at);
}

static enum at_status run_address(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);
    char address[MODULE_ADDRESS_MAX + 1];

    if (!quectel_bearer_is_up(quectel_bearer(modem)))
        return at_fail_plain(at);
    enter(modem, foreground(modem), BEARER_STATUS);
    network_address(cid_of(foreground(modem)), address, sizeof(address));
    at_info(at, "%s", address);
    return AT_SILENT;
}

static enum at_status run_deactivate(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);
    size_t id = foreground(modem);

    if (quectel_bearer(modem)->state == BEARER_INITIAL)
        return at_fail_plain(at);
    quectel_sockets_close_all(modem, id);
    enter(modem, id, BEARER_INITIAL);
    network_deactivate(modem, cid_of(id));
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
        lose(modem, id);
        for (size_t i = 0; i < modem->terminal_count; i++) {
            if (&modem->terminals[i].at != at)
                at_urc(&modem->terminals[i].at, "+PDP DEACT");
        }
        at_info(at, "+PDP DEACT");
    }
}

static enum at_status set_attached(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    bool attached = args->list[0].number == 1;

    if (attached && !network_is_registered(&modem->network))
        return at_fail(at, QUECTEL_NO_NETWORK);
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
    size_t id = foreground(module_of(at));

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

#define NOTE "GSM_SSL_TCP_Application_Note V3.1 §3.1; quectel.md §2.1"

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
      .source = "27.007 10.1.9; quectel.md §2.1",
      AT_PARAMS(attach_params),
      .set = set_attached,
      .read = read_attached },
};
const struct at_commands quectel_bearer_rows = AT_COMMANDS(rows);
