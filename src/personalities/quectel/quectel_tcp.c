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

struct quectel_socket *quectel_tcp_socket(struct at_session *at, const struct at_arg *index)
{
    bool several = settings_of(at)->several != 0;
    struct quectel_socket *socket;

    if (several != index->given || settings_of(at)->role != QUECTEL_CLIENT)
        return NULL;
    if (several && index->number >= QUECTEL_SOCKETS)
        return NULL;
    socket = quectel_socket_at(at, several ? index->number : 0);
    return socket == NULL || socket->secure ? NULL : socket;
}

/* ---- what the host is told ---- */

static void say(struct quectel_socket *socket, const char *text)
{
    if (socket->single)
        at_unsolicited(socket->owner->at, span_at(NULL, 0), "%s", text);
    else
        at_unsolicited(socket->owner->at, span_at(NULL, 0), "%d, %s", socket->index, text);
}

static void say_opened(struct quectel_socket *socket)
{
    say(socket, "CONNECT OK");
}

static void say_failed(struct quectel_socket *socket)
{
    say(socket, "CONNECT FAIL");
}

static void say_closed(struct quectel_socket *socket)
{
    say(socket, "CLOSED");
}

const struct quectel_manner quectel_plain = {
    .opened = say_opened,
    .failed = say_failed,
    .received = quectel_tcp_received,
    .closed = say_closed,
};

/* ---- +QIOPEN ---- */

enum { OPEN_FIRST, OPEN_SECOND, OPEN_THIRD, OPEN_FOURTH };

/* The two shapes of +QIOPEN: with an index in front where there are several sockets. */
struct open_words {
    struct span protocol, host, port;
    int32_t index;
};

static bool parse_open(const struct at_args *args, bool several, struct open_words *ret)
{
    const struct at_arg *word = &args->list[several ? OPEN_SECOND : OPEN_FIRST];
    struct span index = args->list[OPEN_FIRST].text;

    if (!word[0].given || !word[1].given || !word[2].given)
        return false;
    ret->protocol = word[0].text;
    ret->host = word[1].text;
    ret->port = word[2].text;
    ret->index = 0;
    return !several || (number_parse(index, &ret->index) && ret->index < QUECTEL_SOCKETS);
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

static bool parse_target(const struct at_session *at, const struct open_words *words, char *host,
                         struct quectel_opening *ret)
{
    int32_t port;

    if (!parse_transport(words->protocol, &ret->transport) || words->host.len == 0 ||
        words->host.len > CONNECTION_HOST_MAX || !number_parse(words->port, &port) || port < 1 ||
        port > UINT16_MAX)
        return false;
    snprintf(host, CONNECTION_HOST_MAX + 1, "%.*s", (int)words->host.len,
             (const char *)words->host.data);
    ret->host = host;
    ret->port = (uint16_t)port;
    return settings_of(at)->by_name != 0 || address_read_dotted(host, NULL) ||
           !module_fact_is(module_of(at), FACT_NAME_NEEDS_SWITCH);
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

    if (!parse_open(args, several, &words) || !parse_target(at, &words, host, &opening))
        return at_fail_plain(at);
    if (!quectel_socket_is_free(quectel_socket_look(at, words.index))) {
        at_result_text(at, module_fact_text(modem, FACT_ALREADY_CONNECTED));
        return AT_SILENT;
    }
    if ((opening.transparent && quectel_has_transparent(at)) || !quectel_bearer_need(modem))
        return at_fail_plain(at);
    socket = quectel_socket_make(at, words.index);
    if (socket == NULL || !quectel_socket_open(at, socket, &opening))
        return at_fail_plain(at);
    return AT_OK;
}

/* ---- +QICLOSE, +QISACK ---- */

static enum at_status close_socket(struct at_session *at, const struct at_arg *index)
{
    struct quectel_socket *socket = quectel_tcp_socket(at, index);

    if (socket == NULL || !quectel_socket_is_there(socket))
        return at_fail_plain(at);
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

    if (socket == NULL || !quectel_socket_is_there(socket))
        return at_fail_plain(at);
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
