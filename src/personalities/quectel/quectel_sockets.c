/* quectel_sockets.c: all sockets of the module: what they tell their ports, and when their context
 * goes.
 *
 * Source: docs/facts/quectel.md §1.8, §2.4, §2.6.
 */
#include "personalities/quectel/quectel.h"

#include <assert.h>

/* The peer's end is told when what it sent before was read: a host may take it for the end of what
 * can be read. */
static void notice_end(struct quectel_socket *socket)
{
    bool unread = quectel_socket_available(socket) > 0;

    if (socket->state != SOCKET_CONNECTED || !quectel_socket_has_ended(socket) ||
        (unread && !socket->announced))
        return;
    if (unread && module_fact_is(socket->modem, FACT_DATA_OUTLIVES_THE_PEER)) {
        quectel_socket_enter(socket, SOCKET_REMOTE_CLOSING);
        return;
    }
    socket->manner->closed(socket);
    quectel_socket_end(socket);
}

static void tell(struct quectel_socket *socket)
{
    enum quectel_news news = socket->news;

    assert(socket->manner != NULL);
    if (news == NEWS_OPENED && socket->transparent && !at_may_speak_at_length(socket->owner->at))
        return; /* no memory to go online with: later */
    quectel_socket_note(socket, NEWS_NONE);
    switch (news) {
    case NEWS_NONE:
        break;
    case NEWS_OPENED:
        if (socket->transparent)
            quectel_online_enter(socket);
        else
            socket->manner->opened(socket);
        break;
    case NEWS_FAILED:
        socket->manner->failed(socket);
        break;
    case NEWS_CLOSED:
        socket->manner->closed(socket);
        break;
    }
}

static void speak(struct quectel_socket *socket)
{
    struct at_session *at = socket->owner->at;

    if (socket->news != NEWS_NONE) {
        tell(socket);
        return;
    }
    if (socket->transparent) {
        socket->announced = true; /* what comes while escaped is for the next ATO */
    } else if (!socket->announced && quectel_socket_available(socket) > 0) {
        socket->manner->received(socket);
    }
    if (at_may_speak(at))
        notice_end(socket);
}

static void on_quiet(struct module_terminal *terminal, void *state)
{
    struct quectel_socket *socket = state;

    if (socket->owner == terminal)
        speak(socket);
}

/* ---- the bearer ---- */

static bool is_opening(const struct quectel_socket *socket)
{
    return socket->state == SOCKET_CONNECTING || socket->news == NEWS_OPENED;
}

/* An opening that was under way has failed; an open socket is closed, and says so if it is secure:
 * of plain ones +PDP DEACT says enough. */
static void lose(struct quectel_socket *socket)
{
    bool opening = is_opening(socket);
    bool was_online = quectel_online_is_on(socket);

    assert(!quectel_socket_is_free(socket));
    quectel_socket_end(socket);
    if (opening)
        quectel_socket_enter(socket, SOCKET_FAILED);
    quectel_socket_note(socket, opening ? NEWS_FAILED : socket->secure ? NEWS_CLOSED : NEWS_NONE);
    if (was_online)
        quectel_online_leave(socket);
    at_poke(socket->owner->at);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct quectel_socket *socket = state;

    (void)modem;
    if (quectel_bearer_cid(socket->bearer) == cid && !quectel_socket_is_free(socket))
        lose(socket);
}

/* The host has been promised the result of an opening. */
static void take_back(struct quectel_socket *socket)
{
    bool opening = is_opening(socket);

    if (socket->secure && !opening && !quectel_socket_is_free(socket) &&
        module_fact_is(socket->modem, FACT_DEACT_TELLS_SECURE))
        at_urc(socket->owner->at, "+QSSLURC: \"closed\",%d", socket->index);
    if (quectel_online_is_on(socket)) /* another port has deactivated the context */
        quectel_online_end(socket);
    quectel_socket_close(socket);
    socket->secure = false;
    quectel_socket_enter(socket, SOCKET_INITIAL);
    if (opening && module_fact_is(socket->modem, FACT_DEACT_FAILS_OPENINGS)) {
        quectel_socket_note(socket, NEWS_FAILED);
        at_poke(socket->owner->at);
    }
}

void quectel_sockets_close_all(struct tlsmodem *modem, size_t bearer)
{
    assert(bearer < QUECTEL_BEARERS);
    for (size_t i = 0; i < QUECTEL_SOCKET_UNITS; i++) {
        struct quectel_socket *socket = quectel_socket_in(modem, i);

        if (socket != NULL && socket->bearer == bearer && socket->state != SOCKET_INITIAL)
            take_back(socket);
    }
}

bool quectel_sockets_in_use(struct tlsmodem *modem)
{
    for (size_t i = 0; i < QUECTEL_SOCKET_UNITS; i++) {
        const struct quectel_socket *socket = quectel_socket_in(modem, i);

        if (socket != NULL && !quectel_socket_is_free(socket))
            return true;
    }
    return false;
}

/* ---- the part ---- */

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct quectel_socket *socket = state;
    int place = (int)(unit % (QUECTEL_SOCKETS + QUECTEL_ACCEPTED));

    socket->unit = unit;
    socket->bearer = unit / (QUECTEL_SOCKETS + QUECTEL_ACCEPTED);
    socket->role = place < QUECTEL_SOCKETS ? QUECTEL_CLIENT : QUECTEL_SERVER;
    socket->index = place < QUECTEL_SOCKETS ? place : place - QUECTEL_SOCKETS;
    socket->modem = modem;
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct quectel_socket *socket = state;

    (void)modem;
    at_text_set(&socket->peer, span_at(NULL, 0));
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_socket *socket = state;

    (void)modem;
    return socket->state == SOCKET_INITIAL && socket->news == NEWS_NONE && socket->prompts == 0;
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_socket *socket = state;

    (void)modem;
    if (socket->link == NULL)
        return CLOCK_NEVER;
    return time_earlier(connection_deadline(&socket->link->connection),
                        packets_deadline(&socket->link->packets));
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct quectel_socket *socket = state;

    (void)modem;
    if (socket->link != NULL)
        connection_tick(&socket->link->connection);
    quectel_online_tick(socket);
}

/* &D1: back to command state.  &D2: the connection ends (V.250 6.2.9). */
static void on_dtr_drop(struct module_terminal *terminal, void *state)
{
    struct quectel_socket *socket = state;

    if (!quectel_online_is_on(socket) || socket->owner != terminal)
        return;
    if (terminal->settings.dtr == 1) {
        online_suspend(&socket->link->online);
    } else {
        quectel_online_end(socket);
        quectel_socket_close(socket);
    }
}

/* Whether it is open now. */
static bool owes(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_socket *socket = state;

    (void)modem;
    return socket->state == SOCKET_CONNECTING || socket->news == NEWS_OPENED ||
           socket->news == NEWS_FAILED;
}

const struct module_part quectel_sockets = {
    .size = sizeof(struct quectel_socket),
    .units = QUECTEL_SOCKET_UNITS,
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .owes = owes,
    .deadline = deadline,
    .tick = tick,
    .on_quiet = on_quiet,
    .on_dtr_drop = on_dtr_drop,
    .on_context_down = on_context_down,
};
