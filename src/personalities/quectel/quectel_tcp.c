/* quectel_tcp.c: +QIOPEN, +QICLOSE, +QISACK: plain sockets, and how they speak.
 *
 * Source: GSM_SSL_TCP_Application_Note V3.1 §3.3; docs/facts/quectel.md §2.3, §2.4.
 */
#include "personalities/quectel/quectel.h"

#include "base/number.h"
#include "services/address_text.h"

#include <stdio.h>

static const struct quectel_settings *settings_of(const struct at_session *at)
{
    return &quectel_of(at)->settings;
}

enum at_status quectel_refuse_kind(struct at_session *at, const struct quectel_socket *socket,
                                   int32_t index, bool secure)
{
    if (socket == NULL)
        return at_refuse_plain(at, "socket %d is not open; AT%s first", (int)index,
                               secure ? "+QSSLOPEN" : "+QIOPEN");
    return at_refuse_plain(at, "socket %d is %s one: AT+%s… has its commands", (int)index,
                           socket->secure ? "a secure" : "no secure",
                           socket->secure ? "QSSL" : "QI");
}

/* NULL: the error is noted. */
static struct quectel_socket *plain_socket(struct at_session *at, int32_t index)
{
    struct quectel_socket *socket = quectel_socket_at(at, index);

    if (socket != NULL && !socket->secure)
        return socket;
    quectel_refuse_kind(at, socket, index, false);
    return NULL;
}

/* NULL: the error is noted. */
static struct quectel_socket *accepted_socket(struct at_session *at, int32_t index)
{
    struct quectel_socket *socket = quectel_socket_accepted(module_of(at), index);

    if (socket == NULL)
        at_refuse_plain(at, "no client of the server has been %d", (int)index);
    return socket;
}

/* The one connection that there is with +QIMUX=0: the host's own or, where that is not there, one
 * that came in. */
static struct quectel_socket *only_socket(struct at_session *at)
{
    const struct quectel_socket *own = quectel_socket_look(at, 0);
    struct quectel_socket *client = quectel_socket_accepted(module_of(at), 0);

    if (client != NULL && quectel_socket_is_there(client) && !quectel_socket_is_there(own))
        return client;
    return plain_socket(at, 0);
}

struct quectel_socket *quectel_tcp_socket(struct at_session *at, const struct at_arg *index)
{
    bool several = settings_of(at)->several != 0;
    enum quectel_role role = (enum quectel_role)settings_of(at)->role;
    int count = quectel_socket_count(role);

    if (several != index->given)
        at_refuse_plain(at,
                        several ? "with +QIMUX=1 an index of 0 to %d stands in front"
                                : "with +QIMUX=0 no index stands in front",
                        count - 1);
    else if (several && index->number >= count)
        at_refuse_plain(at, "<index> is %d; allowed: 0 to %d", (int)index->number, count - 1);
    else if (role == QUECTEL_SERVER)
        return accepted_socket(at, several ? index->number : 0);
    else
        return several ? plain_socket(at, index->number) : only_socket(at);
    return NULL;
}

/* ---- +QIOPEN ---- */

enum { OPEN_FIRST, OPEN_SECOND, OPEN_THIRD, OPEN_FOURTH };

/* The two shapes of +QIOPEN: with an index in front where there are several sockets. */
struct open_words {
    struct span protocol, host, port;
    int32_t index;
};

/* NULL, or what is wrong. */
static const char *parse_open(const struct at_args *args, bool several, struct open_words *ret)
{
    const struct at_arg *word = &args->list[several ? OPEN_SECOND : OPEN_FIRST];
    struct span index = args->list[OPEN_FIRST].text;

    if (!word[0].given || !word[1].given || !word[2].given)
        return several ? "a parameter is missing; with +QIMUX=1: <index>,<mode>,<address>,<port>"
                       : "a parameter is missing; with +QIMUX=0: <mode>,<address>,<port>";
    ret->protocol = word[0].text;
    ret->host = word[1].text;
    ret->port = word[2].text;
    ret->index = 0;
    if (several && (!number_parse(index, &ret->index) || ret->index >= QUECTEL_SOCKETS))
        return "with +QIMUX=1 an index of 0 to 5 stands in front";
    return NULL;
}

static bool parse_transport(struct span protocol, enum net_transport *ret)
{
    if (span_equal(protocol, span_of("TCP")))
        *ret = NET_TCP;
    else if (span_equal(protocol, span_of("UDP")))
        *ret = NET_UDP;
    else
        return false;
    return true;
}

/* NULL, or what is wrong. */
static const char *parse_target(const struct at_session *at, const struct open_words *words,
                                char *host, struct quectel_opening *ret)
{
    int32_t port;

    if (!parse_transport(words->protocol, &ret->transport))
        return "<mode> is neither \"TCP\" nor \"UDP\"; with +QIMUX=1 the index stands before it";
    if (words->host.len == 0 || words->host.len > CONNECTION_HOST_MAX)
        return "the address or name is empty, or longer than 255 bytes";
    if (!number_parse(words->port, &port) || port < 1 || port > UINT16_MAX)
        return "<port> is no number of 1 to 65535";
    snprintf(host, CONNECTION_HOST_MAX + 1, "%.*s", (int)words->host.len,
             (const char *)words->host.data);
    ret->host = host;
    ret->port = (uint16_t)port;
    if (settings_of(at)->by_name == 0 && !address_read_dotted(host, NULL) &&
        module_fact_is(module_of(at), FACT_NAME_NEEDS_SWITCH))
        return "that is a name; AT+QIDNSIP=1 first, or give an address";
    return NULL;
}

/* With +QIMUX=0 a client of the server is the one connection that there may be. */
static bool is_taken(const struct at_session *at, int32_t index)
{
    const struct quectel_socket *client = quectel_socket_accepted(module_of(at), 0);

    if (!quectel_socket_is_free(quectel_socket_look(at, index)))
        return true;
    return settings_of(at)->several == 0 && client != NULL && !quectel_socket_is_free(client);
}

static enum at_status set_open(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    bool several = settings_of(at)->several != 0;
    struct quectel_opening opening = { .single = !several,
                                       .transparent = settings_of(at)->transparent != 0,
                                       .timeout_ms = module_fact_peek(modem, FACT_OPEN_LIMIT_MS),
                                       .limit_fact = FACT_OPEN_LIMIT_MS,
                                       .manner = &quectel_plain };
    char host[CONNECTION_HOST_MAX + 1];
    struct quectel_socket *socket;
    struct open_words words;
    const char *wrong;

    wrong = parse_open(args, several, &words);
    if (wrong == NULL)
        wrong = parse_target(at, &words, host, &opening);
    if (wrong != NULL)
        return at_refuse_plain(at, "%s", wrong);
    if (is_taken(at, words.index)) {
        at_remark(at, "socket %d is in use; AT+QICLOSE first", (int)words.index);
        at_result_text(at, module_fact_text(modem, FACT_ALREADY_CONNECTED));
        return AT_SILENT;
    }
    if (opening.transparent && quectel_has_transparent(at))
        return at_refuse_plain(at, "this port has a transparent socket already");
    if (!quectel_bearer_need(modem))
        return quectel_refuse_bearer(at, FACT_PLAIN_ERROR);
    socket = quectel_socket_make(at, words.index);
    if (socket == NULL)
        return at_refuse_memory(at, FACT_PLAIN_ERROR);
    return quectel_socket_open(at, socket, &opening) ? AT_OK : at_refuse_said(at, FACT_PLAIN_ERROR);
}

/* ---- +QICLOSE, +QISACK ---- */

/* In the server's role a host ends the server: with all its clients where there may be several, and
 * else when its only one has gone. */
static bool ends_server(const struct at_session *at, const struct at_arg *index)
{
    struct tlsmodem *modem = module_of(at);
    const struct quectel_socket *only = quectel_socket_accepted(modem, 0);

    if (settings_of(at)->role != QUECTEL_SERVER || index->given || !quectel_server_is_on(modem))
        return false;
    return settings_of(at)->several != 0 || only == NULL || !quectel_socket_is_there(only);
}

static enum at_status close_socket(struct at_session *at, const struct at_arg *index)
{
    struct quectel_socket *socket;

    if (ends_server(at, index)) {
        quectel_server_end(module_of(at));
        at_result_text(at, "CLOSE OK");
        return AT_SILENT;
    }
    socket = quectel_tcp_socket(at, index);
    if (socket == NULL)
        return AT_FAIL;
    if (!quectel_socket_can_close(socket))
        return at_refuse_plain(at, "socket %d is %s", socket->index,
                               quectel_socket_state_words(socket));
    return quectel_answer_closed(at, socket);
}

enum at_status quectel_answer_closed(struct at_session *at, struct quectel_socket *socket)
{
    char line[20] = "CLOSE OK";

    if (!socket->single)
        snprintf(line, sizeof(line), "%d, CLOSE OK", socket->index);
    if (quectel_online_is_on(socket)) /* on another port */
        quectel_online_end(socket);
    quectel_socket_close(socket);
    at_result_text(at, line);
    return AT_SILENT;
}

static enum at_status set_close(struct at_session *at, const struct at_args *args)
{
    return close_socket(at, &args->list[0]);
}

static enum at_status run_close(struct at_session *at)
{
    return close_socket(at, &(struct at_arg){ .given = false });
}

/* How far the peer's machine has acknowledged is not known: what the network took counts. */
static enum at_status answer_acknowledged(struct at_session *at, const struct at_arg *index)
{
    const struct quectel_socket *socket = quectel_tcp_socket(at, index);
    unsigned long long sent, waiting;

    if (socket == NULL)
        return AT_FAIL;
    if (!quectel_socket_is_there(socket))
        return at_refuse_plain(at, "socket %d is %s", socket->index,
                               quectel_socket_state_words(socket));
    sent = socket->sent;
    waiting = socket->link != NULL ? outbox_len(&socket->link->packets.outbox) : 0;
    at_info(at, "+QISACK: %llu, %llu, %llu", sent, sent - waiting, waiting);
    return AT_OK;
}

static enum at_status set_acknowledged(struct at_session *at, const struct at_args *args)
{
    return answer_acknowledged(at, &args->list[0]);
}

static enum at_status run_acknowledged(struct at_session *at)
{
    return answer_acknowledged(at, &(struct at_arg){ .given = false });
}

#define WORD(text, longest, may_lack)                                                              \
    {                                                                                              \
        .name = (text), .type = AT_STRING, .optional = (may_lack), .max = (longest)                \
    }
static const struct at_param open_params[] = {
    WORD("index, where there are several", 4, false),
    WORD("mode", CONNECTION_HOST_MAX, false),
    WORD("address or name", CONNECTION_HOST_MAX, true),
    WORD("port", 5, true),
};
static const struct at_param index_params[] = { { .name = "index", .max = QUECTEL_SOCKETS - 1 } };

#define NOTE "GSM_SSL_TCP_Application_Note V3.1 §3.3; docs/facts/quectel.md §2.3, §2.4"

static const struct at_command rows[] = {
    { .name = "+QIOPEN",
      .help = "Opens a TCP or UDP socket; with +QIMUX=1 its index stands in front.",
      .source = NOTE,
      .plain_error = true,
      .surplus = true,
      AT_PARAMS(open_params),
      .test_text = "(0-5),(\"TCP\",\"UDP\"),<address or name>,<port>",
      .set = set_open },
    { .name = "+QICLOSE",
      .help = "Closes a socket.",
      .source = NOTE,
      .plain_error = true,
      AT_PARAMS(index_params),
      .run = run_close,
      .set = set_close },
    { .name = "+QISACK",
      .help = "Bytes sent, acknowledged and under way.",
      .source = NOTE,
      .plain_error = true,
      AT_PARAMS(index_params),
      .run = run_acknowledged,
      .set = set_acknowledged },
};
const struct at_commands quectel_tcp = AT_COMMANDS(rows);
