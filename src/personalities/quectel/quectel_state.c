/* quectel_state.c: +QISTAT, +QISTATE, +QSSLSTATE: the stack and its sockets.
 *
 * Source: GSM_SSL_TCP_Application_Note V3.1 §2.2.6; docs/facts/quectel.md §1.7, §2.6.
 */
#include "personalities/quectel/quectel.h"

#include <stdio.h>

/* States of the only socket, and of several; the numbers are those of +QISTAT with V0. */
enum { STATE_CONNECTING = 6, STATE_CLOSED = 7, STATE_OPEN = 8, STATE_PROCESSING = 8 };

struct state {
    const char *words;
    int number;
};

static struct state single_state(const struct quectel_socket *socket)
{
    if (socket->state == SOCKET_CONNECTING)
        return (struct state){ socket->transport == NET_UDP ? "UDP CONNECTING" : "TCP CONNECTING",
                               STATE_CONNECTING };
    if (socket->state == SOCKET_CONNECTED)
        return (struct state){ "CONNECT OK", STATE_OPEN };
    return (struct state){ "IP CLOSE", STATE_CLOSED };
}

/* Of the stack; once a socket was opened on it, of the only socket, or of several. */
static struct state stack_state(const struct at_session *at, bool several)
{
    const struct quectel_bearer *bearer = quectel_bearer(module_of(at));
    const struct quectel_socket *client = quectel_socket_accepted(module_of(at), 0);

    if (!several && client != NULL && client->state == SOCKET_CONNECTED)
        return single_state(client);
    if (!quectel_bearer_is_up(bearer) || !bearer->used)
        return (struct state){ quectel_bearer_words(bearer->state),
                               quectel_bearer_number(bearer->state) };
    if (several)
        return (struct state){ "IP PROCESSING", STATE_PROCESSING };
    return single_state(quectel_socket_look(at, 0));
}

static bool is_several(const struct at_session *at)
{
    return quectel_of(at)->settings.several != 0;
}

static void say_state(struct at_session *at, struct state state)
{
    if (at_settings_of(at)->verbose != 0)
        at_info(at, "STATE:%s%s", module_fact_is(module_of(at), FACT_STATE_HAS_BLANK) ? " " : "",
                state.words);
    else
        at_info(at, "%d", state.number);
}

static enum at_status say_single(struct at_session *at)
{
    if (!at_is_last(at)) { /* then the answers of the others follow, and one OK */
        say_state(at, stack_state(at, false));
        return AT_OK;
    }
    at_result(at, AT_OK);
    say_state(at, stack_state(at, false));
    return AT_SILENT;
}

static const char *protocol(const struct quectel_socket *socket)
{
    return socket->transport == NET_UDP ? "UDP" : "TCP";
}

static enum at_status run_status(struct at_session *at)
{
    char peer[CONNECTION_HOST_MAX + 1];

    if (!is_several(at))
        return say_single(at);
    for (int32_t i = 0; i < QUECTEL_SOCKETS; i++) {
        const struct quectel_socket *socket = quectel_socket_look(at, i);

        if (quectel_socket_is_free(socket)) {
            at_info(at, "+QISTAT: %d, \"\", \"\",", (int)i);
            continue;
        }
        quectel_socket_peer(socket, peer);
        at_info(at, "+QISTAT: %d, \"%s\", \"%s\", %u", (int)i, protocol(socket), peer,
                (unsigned)socket->port);
    }
    return AT_OK;
}

/* The fields of a socket that +QISTATE and +QSSLSTATE show, with `comma` between them. */
static void say_socket(struct at_session *at, const char *name, int32_t index, const char *comma,
                       const char *flag)
{
    const struct quectel_socket *socket = quectel_socket_look(at, index);
    bool idle = socket->state == SOCKET_INITIAL;
    char peer[CONNECTION_HOST_MAX + 1] = "", port[8] = "";

    if (!idle) {
        quectel_socket_peer(socket, peer);
        snprintf(port, sizeof(port), "%u", (unsigned)socket->port);
    }
    at_info(at, "%s: %d%s\"%s\"%s\"%s\"%s%s%s\"%s\"%s%s", name, (int)index, comma,
            idle ? "" : protocol(socket), comma, peer, comma, port, comma,
            quectel_socket_state_words(socket), flag[0] != '\0' ? comma : "", flag);
}

static enum at_status run_states(struct at_session *at)
{
    if (!is_several(at))
        return say_single(at);
    at_result(at, AT_OK);
    say_state(at, stack_state(at, true));
    for (int32_t i = 0; i < QUECTEL_SOCKETS; i++)
        say_socket(at, "+QISTATE", i, ", ", "");
    return AT_OK;
}

static enum at_status run_secure_states(struct at_session *at)
{
    const char *comma = module_fact_is(module_of(at), FACT_SSL_STATE_HAS_BLANKS) ? ", " : ",";

    at_info(at, "+QSSLSTATE: %s", stack_state(at, true).words);
    for (int32_t i = 0; i < QUECTEL_SOCKETS; i++)
        say_socket(at, "+QSSLSTATE", i, comma, quectel_socket_look(at, i)->secure ? "1" : "0");
    return AT_OK;
}

static enum at_status answer_ok(struct at_session *at)
{
    (void)at;
    return AT_OK;
}

static const struct at_command rows[] = {
    { .name = "+QISTAT",
      .help = "State of the stack or, with +QIMUX=1, of its sockets.",
      .source = "docs/facts/quectel.md §2.6",
      .plain_error = true,
      .run = run_status },
    { .name = "+QISTATE",
      .help = "State of the stack and of its sockets.",
      .source = "docs/facts/quectel.md §2.6",
      .plain_error = true,
      .run = run_states },
    { .name = "+QSSLSTATE",
      .help = "State of the stack and of all sockets, secure or not.",
      .source = "GSM_SSL_TCP_Application_Note V3.1 §2.2.6",
      .plain_error = true,
      .test_text = "",
      .run = run_secure_states,
      .read = answer_ok },
};
const struct at_commands quectel_state = AT_COMMANDS(rows);
