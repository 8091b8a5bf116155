/* quectel_server_commands.c: +QILPORT, +QISERVER: a host starts a server.
 *
 * Source: docs/facts/quectel-files-and-servers.md §4.
 */
#include "personalities/quectel/quectel.h"

#include "base/number.h"

static struct quectel_settings *settings_of(const struct at_session *at)
{
    return &quectel_of(at)->settings;
}

/* ---- +QILPORT ---- */

enum { PORT_PROTOCOL, PORT_NUMBER };

static enum at_status set_port(struct at_session *at, const struct at_args *args)
{
    int32_t port;

    if (!span_equal(args->list[PORT_PROTOCOL].text, span_of("TCP")))
        return at_refuse_plain(at, "<mode> is not \"TCP\": there are no servers of UDP here");
    if (!number_parse(args->list[PORT_NUMBER].text, &port) || port < 1 || port > UINT16_MAX)
        return at_refuse_plain(at, "<port> is no number of 1 to 65535");
    settings_of(at)->server_port = port;
    return AT_OK;
}

static enum at_status read_port(struct at_session *at)
{
    at_info(at, "TCP: %d", (int)settings_of(at)->server_port);
    at_info(at, "UDP: 0");
    return AT_OK;
}

/* ---- +QISERVER ---- */

enum { SERVER_TYPE, SERVER_CLIENTS }; /* of types there is one, TCP */

/* A host that starts anew finds the server that it has started before. */
static bool is_same(const struct quectel_server_plan *a, const struct quectel_server_plan *b)
{
    return a->bearer == b->bearer && a->port == b->port && a->single == b->single &&
           a->transparent == b->transparent && a->most == b->most;
}

/* What a server that is there has otherwise, by the command that sets it. */
static const char *difference(const struct quectel_server_plan *a,
                              const struct quectel_server_plan *b)
{
    if (a->bearer != b->bearer)
        return "context";
    if (a->port != b->port)
        return "+QILPORT";
    if (a->single != b->single)
        return "+QIMUX";
    return a->transparent != b->transparent ? "+QIMODE" : "<clients>";
}

/* How many clients at a time: one where there is one connection. */
static int32_t most(struct at_session *at, const struct at_arg *clients)
{
    if (settings_of(at)->several == 0)
        return 1;
    return clients->given ? clients->number : module_fact(module_of(at), FACT_SERVER_CLIENTS);
}

static enum at_status start(struct at_session *at, const struct at_arg *clients)
{
    struct tlsmodem *modem = module_of(at);
    const struct quectel_settings *settings = settings_of(at);
    const struct quectel_server_plan *present = quectel_server_plan(modem);
    const struct quectel_server_plan plan = { .bearer = quectel_bearer_foreground(modem),
                                              .port = (uint16_t)settings->server_port,
                                              .most = most(at, clients),
                                              .single = settings->several == 0,
                                              .transparent = settings->transparent != 0 };

    if (!quectel_bearer_is_up(quectel_bearer(modem)))
        return quectel_refuse_bearer(at, FACT_PLAIN_ERROR);
    if (quectel_bearer(modem)->state != BEARER_STATUS)
        return at_refuse_plain(at, "the context's address was not asked; AT+QILOCIP first");
    if (plan.port == 0)
        return at_refuse_plain(at, "no port is set; AT+QILPORT=\"TCP\",<port> first");
    if (present != NULL && !is_same(present, &plan))
        return at_refuse_plain(at,
                               "there is a server of port %u, with another %s; AT+QISRVC=2 and "
                               "AT+QICLOSE end it",
                               (unsigned)present->port, difference(present, &plan));
    if (present != NULL)
        quectel_server_greet(terminal_of(at));
    else if (quectel_server_start(terminal_of(at), &plan) != ERR_OK)
        return at_refuse_said(at, FACT_PLAIN_ERROR);
    return AT_OK;
}

static enum at_status set_server(struct at_session *at, const struct at_args *args)
{
    return start(at, &args->list[SERVER_CLIENTS]);
}

static enum at_status run_server(struct at_session *at)
{
    return start(at, &(struct at_arg){ .given = false });
}

static enum at_status read_server(struct at_session *at)
{
    const struct tlsmodem *modem = module_of(at);
    bool on = quectel_server_is_on(modem);

    at_info(at, "+QISERVER: %d, %d", on, on ? (int)quectel_server_clients(modem) : 0);
    return AT_OK;
}

static const struct at_param port_params[] = {
    { .name = "mode", .type = AT_STRING, .max = 8 },
    { .name = "port", .type = AT_STRING, .max = 5 },
};
static const struct at_param server_params[] = {
    { .name = "type" },
    { .name = "clients", .optional = true, .min = 1, .max = QUECTEL_ACCEPTED },
};

#define NOTE "docs/facts/quectel-files-and-servers.md §4"

static const struct at_command rows[] = {
    { .name = "+QILPORT",
      .help = "The port that a server listens on.",
      .source = NOTE,
      .plain_error = true,
      AT_PARAMS(port_params),
      .test_text = "(\"TCP\"),(1-65535)",
      .set = set_port,
      .read = read_port },
    { .name = "+QISERVER",
      .help = "Listens for clients, by TCP (0), so many at a time with +QIMUX=1.",
      .source = NOTE,
      .plain_error = true,
      AT_PARAMS(server_params),
      .run = run_server,
      .set = set_server,
      .read = read_server },
};
const struct at_commands quectel_server_rows = AT_COMMANDS(rows);
