/* quectel_ssl_socket.c: +QSSLOPEN, +QSSLCLOSE, +QSSLSEND, +QSSLRECV: secure sockets.
 *
 * Source: GSM_SSL_TCP_Application_Note V3.1 §2.2.2 to §2.2.5, §2.2.10; docs/facts/quectel.md §1.3
 * to §1.9.
 */
#include "personalities/quectel/quectel.h"

#include <stdio.h>

enum { SECOND_MS = 1000 };

/* <connectcode> */
enum { CODE_OPEN = 0, CODE_ERROR = -1, CODE_OCCUPIED = -2 };

static void say_result(struct quectel_socket *socket, int code)
{
    at_unsolicited(socket->owner->at, span_at(NULL, 0), "+QSSLOPEN: %d,%d", socket->index, code);
}

static void say_opened(struct quectel_socket *socket)
{
    say_result(socket, CODE_OPEN);
}

static void say_failed(struct quectel_socket *socket)
{
    say_result(socket, CODE_ERROR);
}

static void say_received(struct quectel_socket *socket)
{
    socket->announced = true;
    at_unsolicited(socket->owner->at, span_at(NULL, 0), "+QSSLURC: \"recv\",%zu,%d", socket->bearer,
                   socket->index);
}

static void say_closed(struct quectel_socket *socket)
{
    at_unsolicited(socket->owner->at, span_at(NULL, 0), "+QSSLURC: \"closed\",%d", socket->index);
}

static const struct quectel_manner secure = {
    .opened = say_opened,
    .failed = say_failed,
    .received = say_received,
    .closed = say_closed,
};

/* ---- +QSSLOPEN ---- */

enum { OPEN_INDEX, OPEN_CONTEXT, OPEN_HOST, OPEN_PORT, OPEN_MODE, OPEN_TIMEOUT };

struct attempt {
    struct at_session *at;
    struct quectel_socket *socket;
    struct quectel_opening opening;
};

static enum err open_with(void *ctx, const struct tls_config *tls)
{
    struct attempt *attempt = ctx;

    attempt->opening.tls = tls;
    return quectel_socket_open(attempt->at, attempt->socket, &attempt->opening) ? ERR_OK
                                                                                : ERR_INVALID;
}

static bool has_bearer(struct tlsmodem *modem)
{
    const struct quectel_bearer *bearer = quectel_bearer(modem);

    if (quectel_bearer_is_up(bearer))
        return true;
    if (module_fact_is(modem, FACT_SSL_NEEDS_REGISTRATION) && bearer->state == BEARER_INITIAL)
        return false;
    return quectel_bearer_need(modem);
}

static void start_open(struct at_session *at, const struct at_args *args,
                       struct quectel_socket *socket, struct quectel_ssl_context *context)
{
    const struct at_arg *timeout = &args->list[OPEN_TIMEOUT];
    int32_t limit_s = timeout->given ? timeout->number : 90;
    bool preset = quectel_ssl_is_preset(module_of(at), context->index, SSL_SETTING_TIME);
    struct tls_source source = quectel_ssl_source(context);
    char host[CONNECTION_HOST_MAX + 1];
    struct attempt attempt = {
        .at = at,
        .socket = socket,
        .opening = { .host = host,
                     .port = (uint16_t)args->list[OPEN_PORT].number,
                     .transport = NET_TCP,
                     .timeout_ms = (int64_t)limit_s * SECOND_MS,
                     .step_ms = (int64_t)context->negotiate_s * SECOND_MS,
                     .limit_fact =
                         preset && context->negotiate_s < limit_s ? FACT_SSL_NEGOTIATE_PRESET_S : 0,
                     .transparent = args->list[OPEN_MODE].number == 1,
                     .manner = &secure },
    };

    snprintf(host, sizeof(host), "%.*s", (int)args->list[OPEN_HOST].text.len,
             (const char *)args->list[OPEN_HOST].text.data);
    if (source.lend(source.ctx, open_with, &attempt) != ERR_OK)
        at_urc(at, "+QSSLOPEN: %d,%d", socket->index, CODE_ERROR);
}

static enum at_status set_open(struct at_session *at, const struct at_args *args)
{
    int32_t index = args->list[OPEN_INDEX].number;
    struct quectel_ssl_context *context;
    struct quectel_socket *socket;

    if (!quectel_socket_is_free(quectel_socket_look(at, index))) {
        at_remark(at, "socket %d is %s; AT+QSSLCLOSE=%d first", (int)index,
                  quectel_socket_state_words(quectel_socket_look(at, index)), (int)index);
        at_urc(at, "+QSSLOPEN: %d,%d", (int)index, CODE_OCCUPIED);
        return AT_OK;
    }
    if (!has_bearer(module_of(at)))
        return quectel_refuse_bearer(at, FACT_PLAIN_ERROR);
    if (args->list[OPEN_MODE].number == 1 && quectel_has_transparent(at))
        return at_refuse_plain(at, "this port has a transparent socket already");
    context = quectel_ssl_context(module_of(at), args->list[OPEN_CONTEXT].number);
    socket = quectel_socket_make(at, index);
    if (context != NULL && socket != NULL)
        start_open(at, args, socket, context);
    else
        at_urc(at, "+QSSLOPEN: %d,%d", (int)index, CODE_ERROR);
    return AT_OK;
}

/* ---- the others ---- */

/* NULL: the error is noted. */
static struct quectel_socket *secure_socket(struct at_session *at, const struct at_arg *index)
{
    struct quectel_socket *socket = quectel_socket_at(at, index->number);

    if (socket != NULL && socket->secure)
        return socket;
    quectel_refuse_kind(at, socket, index->number, true);
    return NULL;
}

static enum at_status set_close(struct at_session *at, const struct at_args *args)
{
    struct quectel_socket *socket = secure_socket(at, &args->list[0]);

    if (socket == NULL)
        return AT_FAIL;
    if (!quectel_socket_is_there(socket))
        return at_refuse_plain(at, "socket %d is %s", socket->index,
                               quectel_socket_state_words(socket));
    return quectel_answer_closed(at, socket);
}

enum { SEND_INDEX, SEND_LENGTH };

static enum at_status set_send(struct at_session *at, const struct at_args *args)
{
    struct quectel_socket *socket = secure_socket(at, &args->list[SEND_INDEX]);

    return socket != NULL ? quectel_send(at, socket, &args->list[SEND_LENGTH]) : AT_FAIL;
}

enum { RECEIVE_CONTEXT, RECEIVE_INDEX, RECEIVE_LENGTH };

static enum at_status set_receive(struct at_session *at, const struct at_args *args)
{
    int32_t index = args->list[RECEIVE_INDEX].number;
    struct quectel_socket *socket = quectel_socket_on(
        module_of(at), (size_t)args->list[RECEIVE_CONTEXT].number, QUECTEL_CLIENT, index);

    if (socket == NULL || !socket->secure)
        return quectel_refuse_kind(at, socket, index, true);
    if (!quectel_can_receive(socket))
        return quectel_refuse_receive(at, socket);
    return quectel_receive(at, socket, (size_t)args->list[RECEIVE_LENGTH].number);
}

static enum at_status answer_ok(struct at_session *at)
{
    (void)at;
    return AT_OK;
}

#define SSID                                                                                       \
    {                                                                                              \
        .name = "ssid", .max = QUECTEL_SOCKETS - 1                                                 \
    }
static const struct at_param open_params[] = {
    SSID,
    { .name = "ctxindex", .max = QUECTEL_SSL_CONTEXTS - 1 },
    { .name = "ipaddr/domainname", .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX },
    { .name = "port", .quoted_too = true, .min = 1, .max = UINT16_MAX },
    { .name = "connectmode", .max = 1 },
    { .name = "timeout", .optional = true, .min = 10, .max = 300 },
};
static const struct at_param close_params[] = {
    SSID,
    { .name = "closetype", .optional = true, .max = 1 },
};
static const struct at_param send_params[] = {
    SSID,
    { .name = "length", .optional = true, .min = 1, .max = QUECTEL_SEND_MAX },
};
static const struct at_param receive_params[] = {
    { .name = "cid", .max = QUECTEL_BEARERS - 1 },
    SSID,
    { .name = "length", .min = 1, .max = QUECTEL_RECEIVE_MAX },
};

#define NOTE "GSM_SSL_TCP_Application_Note V3.1 "

static const struct at_command rows[] = {
    { .name = "+QSSLOPEN",
      .help = "Opens a secure socket by commands, or with connectmode 1 as a transparent one.",
      .source = NOTE "§2.2.2",
      .plain_error = true,
      AT_PARAMS(open_params),
      .test_text = "<ssid>,<ctxindex>,<ipaddr/domainname>,<port>,<connectmode>[,<timeout>]",
      .set = set_open,
      .read = answer_ok },
    { .name = "+QSSLCLOSE",
      .help = "Closes a secure socket.",
      .source = NOTE "§2.2.3",
      .plain_error = true,
      AT_PARAMS(close_params),
      .test_text = "(0-5)[,(0,1)]",
      .set = set_close,
      .read = answer_ok },
    { .name = "+QSSLSEND",
      .help = "Sends data; Ctrl-Z ends it where no length is given.",
      .source = NOTE "§2.2.4",
      .plain_error = true,
      AT_PARAMS(send_params),
      .test_text = "(0-5)[,(1-1460)]",
      .set = set_send,
      .read = answer_ok },
    { .name = "+QSSLRECV",
      .help = "Reads received data; OK alone when there is none.",
      .source = NOTE "§2.2.5",
      .plain_error = true,
      AT_PARAMS(receive_params),
      .set = set_receive },
};
const struct at_commands quectel_ssl_socket = AT_COMMANDS(rows);
