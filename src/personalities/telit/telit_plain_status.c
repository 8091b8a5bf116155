/* telit_plain_status.c: #SS, #SI, #ST, #SLASTCLOSURE: what is known of the plain sockets.
 *
 * Source: docs/facts/telit-plain-sockets.md §3.
 */
#include "personalities/telit/telit.h"

#include "services/address_text.h"

/* As #SS counts; the last two on 4G alone. */
enum state {
    STATE_CLOSED,
    STATE_ONLINE,
    STATE_SUSPENDED,
    STATE_UNREAD,
    STATE_LISTENING,
    STATE_CALL,
    STATE_RESOLVING,
    STATE_CONNECTING
};

static enum state state_of_dial(const struct telit_plain *plain)
{
    if (!at_has(&plain->modem->model->at, TELIT_4G))
        return STATE_CLOSED;
    return plain->socket.state == CONNECTION_RESOLVING ? STATE_RESOLVING : STATE_CONNECTING;
}

static enum state state_of(struct telit_plain *plain)
{
    if (plain == NULL)
        return STATE_CLOSED;
    if (telit_plain_is_called(plain))
        return STATE_CALL;
    if (plain->socket.state == CONNECTION_CLOSED)
        return plain->listener != NULL ? STATE_LISTENING : STATE_CLOSED;
    if (!connection_is_open(&plain->socket))
        return state_of_dial(plain);
    if (online_is_on(&plain->online))
        return STATE_ONLINE;
    return telit_plain_unread(plain) > 0 ? STATE_UNREAD : STATE_SUSPENDED;
}

/* The other side, or who would be. */
static const struct net_address *peer_of(const struct telit_plain *plain, enum state state,
                                         uint16_t *ret_port)
{
    const struct sender *caller;

    if (state != STATE_CALL) {
        *ret_port = plain->socket.port;
        return connection_peer(&plain->socket);
    }
    if (plain->senders == NULL) {
        *ret_port = plain->call.port;
        return &plain->call.from;
    }
    caller = senders_of_first(plain->senders, &plain->datagrams);
    *ret_port = caller->port;
    return &caller->address;
}

static enum at_status say_state(struct at_session *at, int32_t id)
{
    struct telit_plain *plain = telit_plain_if(module_of(at), id);
    enum state state = state_of(plain);
    char here[MODULE_ADDRESS_MAX + 1], there[ADDRESS_TEXT_MAX];
    const struct net_address *peer;
    uint16_t port;

    if (state == STATE_CLOSED || state >= STATE_RESOLVING) {
        at_info(at, "#SS: %d,%d", (int)id, (int)state);
        return AT_OK;
    }
    network_address(plain->cid, here, sizeof(here));
    if (state == STATE_LISTENING) {
        at_info(at, "#SS: %d,%d,%s,%u", (int)id, (int)state, here, (unsigned)plain->listens_on);
        return AT_OK;
    }
    peer = peer_of(plain, state, &port);
    address_text(peer, there);
    at_info(at, "#SS: %d,%d,%s,%u,%s,%u", (int)id, (int)state, here,
            (unsigned)(state == STATE_CALL ? plain->listens_on : plain->own_port), there,
            (unsigned)port);
    return AT_OK;
}

static enum at_status say_counts(struct at_session *at, int32_t id)
{
    struct telit_plain *plain = telit_plain_if(module_of(at), id);
    const struct telit_plain_tally tally = telit_plain_tally(module_of(at), id);
    bool open = plain != NULL && connection_is_open(&plain->socket);
    size_t unread = open ? telit_plain_unread(plain) : 0;

    at_info(at, "#SI: %d,%llu,%llu,%zu,%zu", (int)id, (unsigned long long)tally.sent,
            (unsigned long long)tally.received + unread, unread,
            open ? outbox_len(&plain->packets.outbox) : 0);
    return AT_OK;
}

static enum at_status say_kind(struct at_session *at, int32_t id)
{
    const struct telit_plain *plain = telit_plain_if(module_of(at), id);
    bool open = plain != NULL && plain->socket.state != CONNECTION_CLOSED;
    bool listens =
        plain != NULL && !open && (plain->listener != NULL || telit_plain_is_called(plain));

    if (!open && !listens)
        at_info(at, "#ST: %d,0,0", (int)id);
    else
        at_info(at, "#ST: %d,%d,%d", (int)id,
                (listens ? plain->takes_datagrams : plain->socket.transport == NET_UDP) ? 2 : 1,
                listens || plain->accepted ? 2 : 1);
    return AT_OK;
}

static enum at_status say_closure(struct at_session *at, int32_t id)
{
    at_info(at, "#SLASTCLOSURE: %d,%d", (int)id, (int)telit_plain_tally(module_of(at), id).cause);
    return AT_OK;
}

/* A line each. */
static enum at_status of_all(struct at_session *at,
                             enum at_status (*say)(struct at_session *at, int32_t id))
{
    for (int32_t id = 1; id <= TELIT_PLAIN_MAX; id++)
        say(at, id);
    return AT_OK;
}

static enum at_status run_state(struct at_session *at)
{
    return of_all(at, say_state);
}

static enum at_status set_state(struct at_session *at, const struct at_args *args)
{
    return say_state(at, args->list[0].number);
}

static enum at_status run_counts(struct at_session *at)
{
    return of_all(at, say_counts);
}

static enum at_status set_counts(struct at_session *at, const struct at_args *args)
{
    return say_counts(at, args->list[0].number);
}

static enum at_status run_kind(struct at_session *at)
{
    return of_all(at, say_kind);
}

static enum at_status set_kind(struct at_session *at, const struct at_args *args)
{
    return say_kind(at, args->list[0].number);
}

static enum at_status run_closure(struct at_session *at)
{
    return of_all(at, say_closure);
}

static enum at_status set_closure(struct at_session *at, const struct at_args *args)
{
    return say_closure(at, args->list[0].number);
}

static const struct at_param id_params[] = {
    { .name = "connId", .min = 1, .max_limit = LIMIT_PLAIN_SOCKETS },
};

#define NOTE "docs/facts/telit-plain-sockets.md §3"

static const struct at_command rows[] = {
    { .name = "#SS",
      .help = "State and addresses of the plain sockets, or of one.",
      .source = NOTE,
      AT_PARAMS(id_params),
      .run = run_state,
      .set = set_state },
    { .name = "#SI",
      .help = "Bytes sent, received, unread and on their way of the plain sockets, or of one.",
      .source = NOTE,
      AT_PARAMS(id_params),
      .run = run_counts,
      .set = set_counts },
    { .name = "#ST",
      .help = "TCP or UDP, dialled or accepted, of the plain sockets, or of one.",
      .source = NOTE,
      AT_PARAMS(id_params),
      .run = run_kind,
      .set = set_kind },
    { .name = "#SLASTCLOSURE",
      .help = "Why a plain socket was closed.",
      .source = "80446ST10707A r0 p.343",
      AT_PARAMS(id_params),
      .run = run_closure,
      .set = set_closure },
};
const struct at_commands telit_plain_status = AT_COMMANDS(rows);
