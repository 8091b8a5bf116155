/* telit_plain_listen.c: #SL, #SLUDP, #SA: a plain socket that waits for a call.
 *
 * TCP: it takes one call, and listens no more then.  UDP: it listens on, to anybody, and its other
 * side is who has sent what the host reads.  Source: docs/facts/telit-plain-sockets.md §7.
 */
#include "personalities/telit/telit.h"

#include "module/listening.h"
#include "services/address_text.h"

#include <assert.h>

enum { CLOSURE_KEEPS = 255 };
enum { MODE_ONLINE, MODE_COMMAND };

/* ---- calls ---- */

/* While it waits nothing is asked of its stream. */
static void on_event_while_waiting(void *ctx, enum net_event event, enum err err)
{
    (void)ctx;
    (void)event;
    (void)err;
}

static void keep_call(struct telit_plain *plain, struct net_stream *stream,
                      const struct net_address *from, uint16_t port)
{
    net_stream_bind(stream, on_event_while_waiting, plain);
    plain->call = (struct telit_plain_call){ .stream = stream, .from = *from, .port = port };
    at_poke(plain->owner->at);
}

static void on_accepted(void *ctx, struct net_stream *stream, const struct net_address *from,
                        uint16_t port)
{
    struct telit_plain *plain = ctx;
    struct tlsmodem *modem = plain->modem;

    module_enter(modem);
    if (!telit_plain_admits(plain, from)) {
        net_stream_close(stream);
    } else {
        keep_call(plain, stream, from, port);
        net_unlisten(plain->listener);
        plain->listener = NULL;
    }
    module_leave(modem);
}

/* Of datagrams, while nobody is accepted: they are taken at once, and wait. */
static void on_datagram_while_waiting(void *ctx, enum net_event event, enum err err)
{
    struct telit_plain *plain = ctx;

    (void)event;
    (void)err;
    module_enter(plain->modem);
    telit_plain_unread(plain);
    at_poke(plain->owner->at);
    module_leave(plain->modem);
}

/* A sender of datagrams. */
static void on_sender(void *ctx, struct net_stream *stream, const struct net_address *from,
                      uint16_t port)
{
    struct telit_plain *plain = ctx;

    module_enter(plain->modem);
    if (!telit_plain_admits(plain, from) || !senders_add(plain->senders, stream, from, port))
        net_stream_close(stream);
    module_leave(plain->modem);
}

static enum err adopt_call(struct telit_plain *plain)
{
    const struct sender *caller;
    enum err err;

    if (plain->senders == NULL) {
        telit_plain_probe(plain);
        err = connection_adopt(&plain->socket, NET_TCP, plain->call.stream, &plain->call.from,
                               plain->call.port);
        plain->call.stream = err == ERR_OK ? NULL : plain->call.stream;
        return err;
    }
    caller = senders_face_first(plain->senders, &plain->datagrams);
    return connection_adopt(&plain->socket, NET_UDP, &plain->senders->base, &caller->address,
                            caller->port);
}

/* The call becomes the connection, in command mode; false: no memory. */
static bool take_call(struct telit_plain *plain)
{
    if (adopt_call(plain) != ERR_OK)
        return false;
    plain->own_port = plain->listens_on;
    plain->accepted = true;
    telit_plain_enter_command_mode(plain);
    return true;
}

/* Who calls the single socket is told. */
static void answer_call(struct telit_plain *plain, struct at_session *at)
{
    char from[ADDRESS_TEXT_MAX];

    if (plain->id == TELIT_SINGLE) {
        address_text(connection_peer(&plain->socket), from);
        at_unsolicited(at, span_at(NULL, 0), "+CONN FROM: %s", from);
    }
    telit_plain_go_online(plain, at);
    at_unsolicited_connect(at);
}

void telit_plain_tell_call(struct telit_plain *plain)
{
    struct at_session *at = plain->owner->at;

    assert(telit_plain_is_called(plain));
    if (plain->settings.accepts != 0) {
        if (at_may_speak_at_length(at) && take_call(plain))
            answer_call(plain, at);
    } else if (!plain->call.told) {
        plain->call.told = true;
        at_unsolicited(at, span_at(NULL, 0), "SRING: %d", plain->id);
    }
}

enum { ACCEPT_ID, ACCEPT_MODE };

static enum at_status set_accept(struct at_session *at, const struct at_args *args)
{
    int32_t id = args->list[ACCEPT_ID].number;
    struct telit_plain *plain = telit_plain_if(module_of(at), id);

    if (telit_plain_guard(at, id) != AT_OK)
        return AT_FAIL;
    if (plain == NULL || !telit_plain_is_called(plain))
        return at_refuse(at, FACT_ERROR_PLAIN_STATE, "no call waits for socket %d", (int)id);
    if (!take_call(plain))
        return at_refuse_memory(at, TELIT_MEMORY_FAILURE);
    if (args->list[ACCEPT_MODE].number == MODE_COMMAND)
        return AT_OK;
    telit_plain_go_online(plain, at);
    return AT_CONNECT;
}

/* ---- listening ---- */

enum { LISTEN_ID, LISTEN_STATE, LISTEN_PORT, LISTEN_CLOSURE };

static bool make_senders(struct telit_plain *plain)
{
    plain->senders = senders_new(&plain->modem->world);
    if (plain->senders == NULL)
        return false;
    net_stream_bind(&plain->senders->base, on_datagram_while_waiting, plain);
    net_stream_want(&plain->senders->base, NET_WANT_READ);
    return true;
}

enum at_status telit_plain_listen_at(struct at_session *at, struct telit_plain *plain,
                                     uint16_t port)
{
    bool udp = plain->takes_datagrams;

    plain->call = (struct telit_plain_call){ .told = false };
    if (udp && !make_senders(plain))
        return at_refuse_memory(at, TELIT_MEMORY_FAILURE);
    if (listening_open(plain->modem, udp ? NET_UDP : NET_TCP, port, udp ? on_sender : on_accepted,
                       plain, &plain->listener) != ERR_OK) {
        plain->listener = NULL;
        telit_plain_stop_listening(plain);
        return at_refuse_said(at, FACT_ERROR_PLAIN_IN_USE);
    }
    plain->listens_on = port;
    return AT_OK;
}

static enum at_status start(struct at_session *at, const struct at_args *args, bool udp)
{
    int32_t id = args->list[LISTEN_ID].number;
    const struct at_arg *port = &args->list[LISTEN_PORT];
    const struct telit_plain *present = telit_plain_if(module_of(at), id);
    bool listens = present != NULL && present->listener != NULL;
    struct telit_plain *plain;

    if (!port->given || port->number == 0)
        return at_refuse(at, FACT_ERROR_RANGE, "<listenPort> is missing; it may be 1 to 65535");
    plain =
        telit_plain_prepare(at, id, listens ? FACT_ERROR_PLAIN_LISTENING : FACT_ERROR_PLAIN_IN_USE);
    if (plain == NULL)
        return AT_FAIL;
    plain->keeps = !udp && args->list[LISTEN_CLOSURE].number == CLOSURE_KEEPS;
    plain->takes_datagrams = udp;
    return telit_plain_listen_at(at, plain, (uint16_t)port->number);
}

/* OK also where it does not listen: hosts make sure. */
static enum at_status change(struct at_session *at, const struct at_args *args, bool udp)
{
    int32_t id = args->list[LISTEN_ID].number;
    struct telit_plain *plain = telit_plain_if(module_of(at), id);

    if (args->list[LISTEN_STATE].number != 0)
        return start(at, args, udp);
    if (telit_plain_guard(at, id) != AT_OK)
        return AT_FAIL;
    if (plain != NULL && plain->takes_datagrams == udp)
        telit_plain_stop_listening(plain);
    return AT_OK;
}

static enum at_status set_listen(struct at_session *at, const struct at_args *args)
{
    return change(at, args, false);
}

static enum at_status set_listen_udp(struct at_session *at, const struct at_args *args)
{
    return change(at, args, true);
}

static enum at_status read_listen(struct at_session *at)
{
    for (int32_t id = 1; id <= TELIT_PLAIN_MAX; id++) {
        const struct telit_plain *plain = telit_plain_if(module_of(at), id);

        if (plain != NULL && plain->listener != NULL && !plain->takes_datagrams)
            at_info(at, "#SL: %d,%u,%d", (int)id, (unsigned)plain->listens_on,
                    plain->keeps ? CLOSURE_KEEPS : 0);
    }
    return AT_OK;
}

static enum at_status read_listen_udp(struct at_session *at)
{
    for (int32_t id = 1; id <= TELIT_PLAIN_MAX; id++) {
        const struct telit_plain *plain = telit_plain_if(module_of(at), id);

        if (plain != NULL && plain->listener != NULL && plain->takes_datagrams)
            at_info(at, "#SLUDP: %d,%u", (int)id, (unsigned)plain->listens_on);
    }
    return AT_OK;
}

#define CONNECTION                                                                                 \
    {                                                                                              \
        .name = "connId", .min = 1, .max_limit = LIMIT_PLAIN_SOCKETS                               \
    }

static const struct at_param listen_params[] = {
    CONNECTION,
    { .name = "listenState", .max = 1 },
    { .name = "listenPort", .optional = true, .max = 65535 },
    { .name = "closureType", .optional = true, .max = CLOSURE_KEEPS, .values = "0,255" },
};
static const struct at_param listen_udp_params[] = {
    CONNECTION,
    { .name = "listenState", .max = 1 },
    { .name = "listenPort", .optional = true, .max = 65535 },
};
static const struct at_param accept_params[] = {
    CONNECTION,
    { .name = "connMode", .optional = true, .max = 1 },
};

#define NOTE "docs/facts/telit-plain-sockets.md §7"

static const struct at_command rows[] = {
    { .name = "#SL",
      .help = "Listens for a TCP connection, or stops (0).",
      .source = NOTE,
      AT_PARAMS(listen_params),
      .set = set_listen,
      .read = read_listen },
    { .name = "#SLUDP",
      .help = "Listens for datagrams, or stops (0).  After #SA its other side is who has sent what "
              "was read last; it listens on.",
      .source = NOTE,
      AT_PARAMS(listen_udp_params),
      .set = set_listen_udp,
      .read = read_listen_udp },
    { .name = "#SA",
      .help = "Accepts a connection that has come in, online or in command mode (1).",
      .source = NOTE,
      AT_PARAMS(accept_params),
      .set = set_accept },
};
const struct at_commands telit_plain_listen = AT_COMMANDS(rows);
