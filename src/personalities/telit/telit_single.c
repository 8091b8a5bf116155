/* telit_single.c: #SKTD, #SKTOP, #SKTL: the single socket of 2G modules, which is online or closed.
 *
 * Source: docs/facts/telit-plain-sockets.md §9.
 */
#include "personalities/common/common.h"
#include "personalities/telit/telit.h"

#include <stdio.h>

enum { CLOSURE_KEEPS = 255, PROTOCOL_UDP = 1, SINGLE_CID = 1 };

/* One that is in use is so by another port. */
static struct telit_plain *prepare(struct at_session *at)
{
    return telit_plain_prepare(at, TELIT_SINGLE, FACT_ERROR_PLAIN_IN_USE);
}

static enum at_status dial(struct at_session *at, const struct telit_single_settings *to)
{
    struct telit_plain *plain = prepare(at);
    bool udp = to->protocol == PROTOCOL_UDP;
    struct connection_target target = { .host = to->host,
                                        .port = (uint16_t)to->port,
                                        .local_port = udp ? (uint16_t)to->own_port : 0,
                                        .transport = udp ? NET_UDP : NET_TCP };

    if (plain == NULL)
        return AT_FAIL;
    plain->keeps = !udp && to->closure == CLOSURE_KEEPS;
    return telit_plain_open(at, plain, &target, true);
}

enum { DIAL_PROTOCOL, DIAL_PORT, DIAL_HOST, DIAL_CLOSURE, DIAL_OWN_PORT };

static enum at_status set_dial(struct at_session *at, const struct at_args *args)
{
    const struct at_arg *list = args->list;
    struct telit_single_settings to = { .protocol = list[DIAL_PROTOCOL].number,
                                        .port = list[DIAL_PORT].number,
                                        .closure = list[DIAL_CLOSURE].number,
                                        .own_port = list[DIAL_OWN_PORT].number };

    snprintf(to.host, sizeof(to.host), "%.*s", (int)list[DIAL_HOST].text.len,
             (const char *)list[DIAL_HOST].text.data);
    return dial(at, &to);
}

/* The context comes up by itself. */
static enum at_status run_open(struct at_session *at)
{
    struct module_network *network = &module_of(at)->network;
    struct telit_single_settings to;

    telit_single_read_settings(at, &to);
    if (to.host[0] == '\0' || to.port == 0)
        return at_refuse(at, FACT_ERROR_PLAIN_STATE, "it is not set where to; AT#SKTSET first");
    if (!network_context(network, SINGLE_CID)->active && !network_activate(network, SINGLE_CID))
        return common_refuse_activation(at, SINGLE_CID, TELIT_ACTIVATION_FAILED, "+CGDCONT");
    return dial(at, &to);
}

enum { LISTEN_MODE, LISTEN_PROTOCOL, LISTEN_PORT, LISTEN_CLOSURE };

static enum at_status set_listen(struct at_session *at, const struct at_args *args)
{
    const struct at_arg *list = args->list;
    struct telit_plain *plain = telit_plain_if(module_of(at), TELIT_SINGLE);

    if (list[LISTEN_MODE].number == 0) {
        if (telit_plain_guard(at, TELIT_SINGLE) != AT_OK)
            return AT_FAIL;
        if (plain != NULL)
            telit_plain_stop_listening(plain);
        return AT_OK;
    }
    plain = telit_plain_prepare(at, TELIT_SINGLE, FACT_ERROR_PLAIN_LISTENING);
    if (plain == NULL)
        return AT_FAIL;
    plain->keeps = list[LISTEN_CLOSURE].number == CLOSURE_KEEPS;
    return telit_plain_listen_at(at, plain, (uint16_t)list[LISTEN_PORT].number);
}

#define TARGET                                                                                     \
    { .name = "socket type", .max = 1 }, { .name = "remote port", .min = 1, .max = 65535 },        \
    {                                                                                              \
        .name = "remote addr", .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX             \
    }
#define CLOSURE                                                                                    \
    {                                                                                              \
        .name = "closure type", .optional = true, .max = CLOSURE_KEEPS, .values = "0,255"          \
    }

static const struct at_param dial_params[] = {
    TARGET,
    CLOSURE,
    { .name = "local port", .optional = true, .max = 65535 },
};
static const struct at_param listen_params[] = {
    { .name = "mode", .max = 1 },
    { .name = "socket type", .max = 0 },
    { .name = "input port", .min = 1, .max = 65535 },
    CLOSURE,
};

#define NOTE .source = "docs/facts/telit-plain-sockets.md §9", .only_on = TELIT_2G

static const struct at_command rows[] = {
    { .name = "#SKTD",
      .help = "Opens the single socket of context 1, online.",
      NOTE,
      AT_PARAMS(dial_params),
      .set = set_dial },
    { .name = "#SKTOP",
      .help = "The same to where #SKTSET says, with its context.",
      NOTE,
      .acts = true,
      .run = run_open },
    { .name = "#SKTL",
      .help = "The single socket listens for a connection, by TCP, or stops (0).",
      NOTE,
      AT_PARAMS(listen_params),
      .set = set_listen },
};
const struct at_commands telit_single = AT_COMMANDS(rows);
