/* quectel_transfer.c: +QISEND, +QIRD, and received data that goes to the host by itself.
 *
 * Source: docs/facts/quectel.md §0, §1.4, §2.4; GSM_SSL_TCP_Application_Note V3.1 §3.3.
 */
#include "personalities/quectel/quectel.h"

#include "base/text.h"
#include "bridge/receive.h"

#include <assert.h>

static const struct quectel_settings *settings_of(const struct at_session *at)
{
    return &quectel_of(at)->settings;
}

/* ---- sending, plain and secure ---- */

enum { PROMPT_QUIET_START, PROMPT_BOTH, PROMPT_NEITHER };

/* Bytes of a transparent socket go through its port: a prompt would end in its CONNECT, and the
 * next line would be the peer's. */
static bool can_send(const struct quectel_socket *socket)
{
    return !socket->transparent && socket->state == SOCKET_CONNECTED &&
           quectel_socket_is_open(socket);
}

static enum at_status refuse_send(struct at_session *at, const struct quectel_socket *socket)
{
    if (socket->transparent)
        return at_refuse_plain(at, "socket %d is transparent: ATO, and the port is its data's",
                               socket->index);
    return at_refuse_plain(at, "socket %d is not connected but %s", socket->index,
                           quectel_socket_state_words(socket));
}

static enum at_status on_entered(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    struct quectel_socket *socket = ctx;

    socket->prompts--;
    if (end == AT_PROMPT_ABORTED)
        return module_fact_is(module_of(at), FACT_ESCAPED_PROMPT_IS_OK)
                   ? AT_OK
                   : at_refuse_prompt(at, FACT_PLAIN_ERROR, end, payload.len);
    if (end != AT_PROMPT_COMPLETE)
        return at_refuse_prompt(at, FACT_PLAIN_ERROR, end, payload.len);
    if (!can_send(socket))
        return refuse_send(at, socket);
    if (payload.len > 0 && !quectel_socket_send(socket, payload)) {
        if (!can_send(socket))
            return refuse_send(at, socket);
        at_remark(at, "the peer does not take what was sent before");
        at_result_text(at, "SEND FAIL");
        return AT_SILENT;
    }
    if (settings_of(at)->prompt != PROMPT_NEITHER)
        at_result_text(at, "SEND OK");
    at_result_is_all(at); /* the peer's answer may follow at once, though not in the same burst */
    return AT_SILENT;
}

/* Echo of the data, as +QISDE says. */
static enum at_prompt_echo echo_of(struct at_session *at)
{
    const struct tlsmodem *modem = module_of(at);
    bool echo = at_settings_of(at)->echo != 0;

    if (echo)
        module_note_preset(modem, FACT_SEND_ECHO_PRESET);
    if (settings_of(at)->send_echo == 0)
        return AT_ECHO_OFF;
    return echo || module_fact_is(modem, FACT_SEND_ECHO_NEEDS_ECHO) ? AT_ECHO_ON : AT_ECHO_ALWAYS;
}

enum at_status quectel_send(struct at_session *at, struct quectel_socket *socket,
                            const struct at_arg *length)
{
    struct at_prompt prompt = {
        .max = length->given ? (size_t)length->number : QUECTEL_SEND_MAX,
        .exact = length->given,
        .text = settings_of(at)->prompt == PROMPT_BOTH ? NULL : "",
        .echo = echo_of(at),
        .instead = "a length in the command",
        .on_done = on_entered,
        .ctx = socket,
    };

    if (!can_send(socket))
        return refuse_send(at, socket);
    if (at_prompt(at, &prompt) != AT_LATER)
        return AT_FAIL;
    socket->prompts++;
    return AT_LATER;
}

enum { SEND_FIRST, SEND_SECOND };

/* One socket: the length may follow.  Several: the index must, and the length may. */
static enum at_status set_send(struct at_session *at, const struct at_args *args)
{
    static const struct at_arg none = { .given = false };
    bool several = settings_of(at)->several != 0;
    const struct at_arg *length = &args->list[several ? SEND_SECOND : SEND_FIRST];
    struct quectel_socket *socket =
        quectel_tcp_socket(at, several ? &args->list[SEND_FIRST] : &none);

    if (socket == NULL)
        return AT_FAIL;
    if (!several && args->list[SEND_SECOND].given)
        return at_refuse_plain(at,
                               "one parameter too many: with +QIMUX=0 no index stands in front");
    if (length->given && length->number == 0)
        return at_refuse_plain(at, "<length> is 0; allowed: 1 to %d", (int)QUECTEL_SEND_MAX);
    return quectel_send(at, socket, length);
}

static enum at_status run_send(struct at_session *at)
{
    static const struct at_arg none = { .given = false };
    struct quectel_socket *socket = quectel_tcp_socket(at, &none);

    return socket != NULL ? quectel_send(at, socket, &none) : AT_FAIL;
}

/* ---- reading, plain and secure ---- */

static size_t read(void *source, uint8_t *buf, size_t cap)
{
    return quectel_socket_read(source, buf, cap);
}

static void show_read(void *source, struct at_session *at, struct span piece)
{
    const struct quectel_socket *socket = source;
    char peer[CONNECTION_HOST_MAX + 1];

    quectel_socket_peer(socket, peer);
    at_info(at, "%s: %s:%u,%s,%zu", at_row_name(at), peer, (unsigned)socket->port,
            socket->transport == NET_UDP ? "UDP" : "TCP", piece.len);
    at_put(at, piece);
}

enum at_status quectel_receive(struct at_session *at, struct quectel_socket *socket, size_t max)
{
    static const struct receive_ops ops = { .read = read, .show = show_read };

    assert(max >= 1 && max <= QUECTEL_RECEIVE_MAX);
    quectel_socket_was_read(socket, receive_one(&ops, socket, at, max));
    return AT_OK;
}

bool quectel_can_receive(const struct quectel_socket *socket)
{
    if (socket->transparent)
        return false;
    return socket->state == SOCKET_CONNECTED || socket->state == SOCKET_REMOTE_CLOSING ||
           socket->state == SOCKET_ENDED;
}

enum at_status quectel_refuse_receive(struct at_session *at, const struct quectel_socket *socket)
{
    if (socket->transparent)
        return at_refuse_plain(at, "socket %d is transparent: ATO, and the port is its data's",
                               socket->index);
    return at_refuse_plain(at, "socket %d is %s", socket->index,
                           quectel_socket_state_words(socket));
}

enum { READ_CONTEXT, READ_ROLE, READ_INDEX, READ_LENGTH };

static enum at_status set_read(struct at_session *at, const struct at_args *args)
{
    enum quectel_role role = (enum quectel_role)args->list[READ_ROLE].number;
    int32_t index = args->list[READ_INDEX].number;
    struct quectel_socket *socket;

    if (index >= quectel_socket_count(role))
        return at_refuse_plain(at, "<sid> is %d; clients of the server are 0 to %d", (int)index,
                               quectel_socket_count(role) - 1);
    socket = quectel_socket_on(module_of(at), (size_t)args->list[READ_CONTEXT].number, role, index);
    if (socket == NULL && role == QUECTEL_SERVER)
        return at_refuse_plain(at, "no client of the server has been %d", (int)index);
    if (socket == NULL || socket->secure)
        return quectel_refuse_kind(at, socket, index, false);
    if (socket->state == SOCKET_ENDED && socket->news == NEWS_NONE)
        return at_refuse_plain(at, "socket %d is CLOSED, and all of it was read", socket->index);
    if (!quectel_can_receive(socket))
        return quectel_refuse_receive(at, socket);
    return quectel_receive(at, socket, (size_t)args->list[READ_LENGTH].number);
}

/* ---- what +QINDI says ---- */

enum { INDICATE_DATA, INDICATE_URC, INDICATE_COUNTED };

/* What stands in front of data of the only socket, as the switches say. */
static void put_head(struct quectel_socket *socket, size_t len)
{
    const struct quectel_settings *settings = settings_of(socket->owner->at);
    struct at_session *at = socket->owner->at;
    char peer[CONNECTION_HOST_MAX + 1], local[MODULE_ADDRESS_MAX + 1], head[64];
    struct text text;

    if (settings->show_sender != 0) {
        quectel_socket_peer(socket, peer);
        at_info(at, "%s%s:%u", module_fact_text(socket->modem, FACT_SENDER_HEAD), peer,
                (unsigned)socket->port);
    }
    if (settings->show_local != 0) {
        network_address(socket->bearer + 1, local, sizeof(local));
        at_info(at, "%s%s", module_fact_text(socket->modem, FACT_LOCAL_HEAD), local);
    }
    text_init(&text, head, sizeof(head));
    if (settings->show_head != 0)
        text_add(&text, "IPD%zu%s:", len,
                 settings->show_protocol == 0   ? ""
                 : socket->transport == NET_UDP ? "UDP"
                                                : "TCP");
    at_put(at, text_span(&text));
}

static void show_data(void *source, struct at_session *at, struct span piece)
{
    struct quectel_socket *socket = source;

    at_unsolicited_block(at);
    if (socket->single)
        put_head(socket, piece.len);
    else
        at_info(at, "+RECEIVE: %d, %zu", socket->index, piece.len);
    at_put(at, piece);
}

/* A stream has no packets: pieces of the longest that can be sent stand for them. */
static void say_counted(struct quectel_socket *socket)
{
    size_t total = quectel_socket_waiting(socket);
    size_t first = quectel_socket_available(socket);
    size_t count = quectel_socket_packets(socket);

    if (first > QUECTEL_SEND_MAX && socket->transport == NET_TCP)
        first = QUECTEL_SEND_MAX;
    at_unsolicited(socket->owner->at, span_at(NULL, 0), "+QIRDI: %zu,%d,%d,%zu,%zu,%zu",
                   socket->bearer, (int)socket->role, socket->index, count, first, total);
}

void quectel_tcp_received(struct quectel_socket *socket)
{
    static const struct receive_ops ops = { .read = read, .show = show_data };

    assert(socket->owner != NULL);
    switch (settings_of(socket->owner->at)->indication) {
    case INDICATE_DATA:
        receive_all(&ops, socket, socket->owner->at, QUECTEL_SEND_MAX);
        return;
    case INDICATE_URC:
        at_unsolicited(socket->owner->at, span_at(NULL, 0), "+QIRDI: %zu,%d,%d", socket->bearer,
                       (int)socket->role, socket->index);
        break;
    default:
        say_counted(socket);
        break;
    }
    socket->announced = true;
    socket->read = 0;
}

static const struct at_param send_params[] = {
    { .name = "index, or length", .max = QUECTEL_SEND_MAX },
    { .name = "length", .optional = true, .min = 1, .max = QUECTEL_SEND_MAX },
};
static const struct at_param read_params[] = {
    { .name = "id", .max = QUECTEL_BEARERS - 1 },
    { .name = "sc", .min = 1, .max = 2 },
    { .name = "sid", .max = QUECTEL_SOCKETS - 1 },
    { .name = "len", .min = 1, .max = QUECTEL_RECEIVE_MAX },
};

#define NOTE "GSM_SSL_TCP_Application_Note V3.1 §3.3; docs/facts/quectel.md §2.4"

static const struct at_command rows[] = {
    { .name = "+QISEND",
      .help =
          "Sends data; with +QIMUX=1 the index stands in front.  Ctrl-Z ends it where no length "
          "is given.",
      .source = NOTE,
      .plain_error = true,
      AT_PARAMS(send_params),
      .run = run_send,
      .set = set_send },
    { .name = "+QIRD",
      .help = "Reads received data; OK alone when there is none.",
      .source = NOTE,
      .plain_error = true,
      AT_PARAMS(read_params),
      .set = set_read },
};
const struct at_commands quectel_transfer = AT_COMMANDS(rows);
