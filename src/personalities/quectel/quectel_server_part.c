/* quectel_server_part.c: the server of a module: it listens, and its clients become sockets.
 *
 * Source: docs/facts/quectel-files-and-servers.md §4.
 */
#include "personalities/quectel/quectel.h"

#include "module/listening.h"
#include "services/address_text.h"

#include <assert.h>

struct quectel_server {
    struct tlsmodem *modem;
    struct net_listener *listener; /* NULL: it does not listen */
    struct module_terminal *owner; /* the port that started it, and hears of its clients */
    struct quectel_server_plan plan;
    bool says_ok; /* SERVER OK is still to be said */
    /* Clients whose sockets still tell of those before; connections that have come in. */
    struct quectel_arrival waiting[QUECTEL_ACCEPTED];
    int32_t waiting_count;
};

static struct quectel_server *server_of(const struct tlsmodem *modem)
{
    return module_part_if(modem, &quectel_server_part, 0);
}

bool quectel_server_is_on(const struct tlsmodem *modem)
{
    const struct quectel_server *server = server_of(modem);

    return server != NULL && server->listener != NULL;
}

struct quectel_socket *quectel_socket_accepted(const struct tlsmodem *modem, int32_t index)
{
    const struct quectel_server *server = server_of(modem);
    size_t bearer = server != NULL && server->listener != NULL ? server->plan.bearer
                                                               : quectel_bearer_foreground(modem);

    return quectel_socket_on(modem, bearer, QUECTEL_SERVER, index);
}

int32_t quectel_server_clients(const struct tlsmodem *modem)
{
    int32_t count = 0;

    for (int32_t i = 0; i < QUECTEL_ACCEPTED; i++) {
        const struct quectel_socket *socket = quectel_socket_accepted(modem, i);

        if (socket != NULL && socket->state == SOCKET_CONNECTED &&
            !quectel_socket_has_ended(socket))
            count++;
    }
    return count;
}

/* ---- clients ---- */

/* With +QIMUX=0 there is one connection, and it may be the host's own. */
static bool is_full(const struct quectel_server *server)
{
    const struct quectel_socket *own =
        quectel_socket_on(server->modem, server->plan.bearer, QUECTEL_CLIENT, 0);

    if (server->plan.single && own != NULL && !quectel_socket_is_free(own))
        return true;
    return quectel_server_clients(server->modem) + server->waiting_count >= server->plan.most;
}

static void turn_away(const struct quectel_server *server, const struct quectel_arrival *arrival,
                      const char *why)
{
    char from[ADDRESS_TEXT_MAX];

    address_text(&arrival->from, from);
    /* A line that says the same each time is counted: anybody may come as often as they like. */
    log_say(server->modem->config.log, LOG_WARNING, "turned away a client from %s: %s", from, why);
    log_trace(server->modem->config.log, TRACE_NET, "that was port %u", (unsigned)arrival->port);
    net_stream_close(arrival->stream);
}

/* While it waits nothing is asked of its stream. */
static void on_event_while_waiting(void *ctx, enum net_event event, enum err err)
{
    (void)ctx;
    (void)event;
    (void)err;
}

static void on_accepted(void *ctx, struct net_stream *stream, const struct net_address *from,
                        uint16_t port)
{
    struct quectel_server *server = ctx;
    struct tlsmodem *modem = server->modem;
    const struct quectel_arrival arrival = { .stream = stream, .from = *from, .port = port };

    module_enter(modem);
    if (is_full(server)) {
        turn_away(server, &arrival, "there are as many as there may be");
    } else {
        net_stream_bind(stream, on_event_while_waiting, server);
        server->waiting[server->waiting_count++] = arrival;
        at_poke(server->owner->at);
    }
    module_leave(modem);
}

/* Nothing of the client before is left to read or to tell. */
static bool is_vacant(const struct quectel_socket *socket)
{
    return socket == NULL || (quectel_socket_is_free(socket) &&
                              socket->state != SOCKET_REMOTE_CLOSING && socket->news == NEWS_NONE);
}

/* The unit of the first socket that a client may have; -1: none yet. */
static int32_t vacancy(const struct quectel_server *server)
{
    for (int32_t i = 0; i < server->plan.most; i++) {
        if (is_vacant(quectel_socket_on(server->modem, server->plan.bearer, QUECTEL_SERVER, i)))
            return i;
    }
    return -1;
}

static void let_in(struct quectel_server *server, int32_t index)
{
    const struct quectel_opening opening = { .transport = NET_TCP,
                                             .single = server->plan.single,
                                             .transparent = server->plan.transparent,
                                             .manner = &quectel_accepted };
    const struct quectel_arrival arrival = server->waiting[0];
    struct quectel_socket *socket =
        quectel_socket_make_accepted(server->modem, server->plan.bearer, index);

    server->waiting_count--;
    for (int32_t i = 0; i < server->waiting_count; i++)
        server->waiting[i] = server->waiting[i + 1];
    if (socket == NULL || !quectel_socket_accept(socket, server->owner, &opening, &arrival))
        turn_away(server, &arrival, "there is no memory");
    else if (!server->plan.single)
        quectel_bearer_at(server->modem, server->plan.bearer)->used = true;
}

static void on_quiet(struct module_terminal *terminal, void *state)
{
    struct quectel_server *server = state;

    if (server->owner != terminal)
        return;
    if (server->says_ok) {
        server->says_ok = false;
        at_unsolicited(terminal->at, span_at(NULL, 0), "SERVER OK");
        return;
    }
    while (server->waiting_count > 0) {
        int32_t index = vacancy(server);

        if (index < 0)
            return;
        let_in(server, index);
    }
}

/* ---- its life ---- */

enum err quectel_server_start(struct module_terminal *owner, const struct quectel_server_plan *plan)
{
    struct tlsmodem *modem = owner->modem;
    struct quectel_server *server = module_part(modem, &quectel_server_part, 0);
    enum err err;

    assert(plan->port > 0 && plan->most >= 1 && plan->most <= QUECTEL_ACCEPTED);
    assert(server == NULL || server->listener == NULL);
    if (server == NULL)
        return ERR_NO_MEMORY;
    err = listening_open(modem, NET_TCP, plan->port, on_accepted, server, &server->listener);
    if (err != ERR_OK) {
        server->listener = NULL;
        return err;
    }
    server->plan = *plan;
    quectel_server_greet(owner);
    return ERR_OK;
}

const struct quectel_server_plan *quectel_server_plan(const struct tlsmodem *modem)
{
    return quectel_server_is_on(modem) ? &server_of(modem)->plan : NULL;
}

void quectel_server_greet(struct module_terminal *owner)
{
    struct quectel_server *server = server_of(owner->modem);

    assert(server != NULL && server->listener != NULL);
    server->owner = owner;
    server->says_ok = module_fact_is(owner->modem, FACT_SERVER_SAYS_OK);
    at_poke(owner->at);
}

static void stop(struct quectel_server *server)
{
    if (server->listener != NULL)
        net_unlisten(server->listener);
    server->listener = NULL;
    server->says_ok = false;
    while (server->waiting_count > 0)
        net_stream_close(server->waiting[--server->waiting_count].stream);
}

void quectel_server_end(struct tlsmodem *modem)
{
    struct quectel_server *server = server_of(modem);

    assert(server != NULL && server->listener != NULL);
    for (int32_t i = 0; i < QUECTEL_ACCEPTED; i++) {
        struct quectel_socket *socket = quectel_socket_accepted(modem, i);

        if (socket == NULL || !quectel_socket_is_there(socket))
            continue;
        if (quectel_online_is_on(socket)) /* on another port */
            quectel_online_end(socket);
        quectel_socket_close(socket);
    }
    stop(server);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct quectel_server *server = state;

    (void)modem;
    if (server->listener != NULL && quectel_bearer_cid(server->plan.bearer) == cid)
        stop(server);
}

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct quectel_server *server = state;

    (void)unit;
    server->modem = modem;
}

static void deinit(struct tlsmodem *modem, void *state)
{
    (void)modem;
    stop(state);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_server *server = state;

    (void)modem;
    return server->listener == NULL;
}

static bool owes(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_server *server = state;

    (void)modem;
    return server->says_ok;
}

const struct module_part quectel_server_part = {
    .size = sizeof(struct quectel_server),
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .owes = owes,
    .on_quiet = on_quiet,
    .on_context_down = on_context_down,
};
