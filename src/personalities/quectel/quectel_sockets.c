/* quectel_sockets.c: all sockets of the module: what they tell their ports, and when their context
 * goes.
 *
 * Source: quectel.md §1.8, §2.4, §2.6.
 */
#include "personalities/quectel/quectel.h"

static struct quectel *quectel_in(const struct tlsmodem *modem)
{
    return modem->maker;
}

/* The peer's end is told when what it sent before is told, and all of it where it is not kept. */
static void notice_end(struct quectel_socket *socket)
{
    struct connection_failure failure;
    bool unread = quectel_socket_available(socket) > 0;

    if (socket->state != SOCKET_CONNECTED || !connection_has_ended(&socket->connection, &failure) ||
        (unread && !socket->announced))
        return;
    socket->closed_by_end = true;
    socket->manner->closed(socket);
    if (unread && FACT_DATA_OUTLIVES_THE_PEER)
        quectel_socket_enter(socket, SOCKET_REMOTE_CLOSING);
    else
        quectel_socket_end(socket);
}

static void tell(struct quectel_socket *socket)
{
    enum quectel_news news = socket->news;

    socket->news = NEWS_NONE;
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

static void on_quiet(struct module_terminal *terminal)
{
    struct quectel *quectel = quectel_in(terminal->modem);

    for (size_t i = 0; i < QUECTEL_SOCKETS && at_may_speak(terminal->at); i++) {
        if (quectel->sockets[i].owner == terminal)
            speak(&quectel->sockets[i]);
    }
}

/* ---- the bearer ---- */

static bool is_on(const struct quectel_socket *socket, size_t bearer)
{
    return socket->bearer == bearer && !quectel_socket_is_free(socket);
}

/* An opening that was under way has failed; an open socket is closed, and says so if it is secure:
 * of plain ones +PDP DEACT says enough. */
static void lose(struct quectel_socket *socket)
{
    bool connecting = socket->state == SOCKET_CONNECTING || socket->news == NEWS_OPENED;
    bool was_online = socket->online;

    quectel_socket_end(socket);
    socket->news = NEWS_NONE;
    if (connecting)
        socket->news = NEWS_FAILED;
    else if (socket->secure)
        socket->news = NEWS_CLOSED;
    if (was_online)
        quectel_online_leave(socket, NULL);
    at_poke(socket->owner->at);
}

void quectel_sockets_lose_bearer(struct tlsmodem *modem, size_t bearer)
{
    for (size_t i = 0; i < QUECTEL_SOCKETS; i++) {
        struct quectel_socket *socket = &quectel_in(modem)->sockets[i];

        if (is_on(socket, bearer))
            lose(socket);
    }
}

void quectel_sockets_close_all(struct tlsmodem *modem, size_t bearer)
{
    for (size_t i = 0; i < QUECTEL_SOCKETS; i++) {
        struct quectel_socket *socket = &quectel_in(modem)->sockets[i];

        if (socket->bearer != bearer || socket->state == SOCKET_INITIAL)
            continue;
        if (socket->online) /* another port has deactivated the context */
            quectel_online_leave(socket, FACT_TRANSPARENT_END);
        quectel_socket_close(socket);
        socket->secure = false;
        quectel_socket_enter(socket, SOCKET_INITIAL);
    }
}

bool quectel_sockets_in_use(struct tlsmodem *modem)
{
    for (size_t i = 0; i < QUECTEL_SOCKETS; i++) {
        if (!quectel_socket_is_free(&quectel_in(modem)->sockets[i]))
            return true;
    }
    return false;
}

/* ---- the part ---- */

static enum err start(struct tlsmodem *modem)
{
    for (int i = 0; i < QUECTEL_SOCKETS; i++)
        quectel_socket_init(&quectel_in(modem)->sockets[i], modem, i);
    return ERR_OK;
}

static void stop(struct tlsmodem *modem)
{
    for (size_t i = 0; i < QUECTEL_SOCKETS; i++)
        connection_close(&quectel_in(modem)->sockets[i].connection);
}

static int64_t deadline(struct tlsmodem *modem)
{
    int64_t deadline_ms = CLOCK_NEVER;

    for (size_t i = 0; i < QUECTEL_SOCKETS; i++) {
        const struct quectel_socket *socket = &quectel_in(modem)->sockets[i];

        deadline_ms = time_earlier(deadline_ms, connection_deadline(&socket->connection));
        deadline_ms = time_earlier(deadline_ms, socket->flush_at_ms);
    }
    return deadline_ms;
}

static void tick(struct tlsmodem *modem)
{
    for (size_t i = 0; i < QUECTEL_SOCKETS; i++) {
        struct quectel_socket *socket = &quectel_in(modem)->sockets[i];

        connection_tick(&socket->connection);
        quectel_online_tick(socket);
    }
}

/* &D1: back to command state.  &D2: the connection ends (V.250 6.2.9). */
static void on_dtr_drop(struct module_terminal *terminal)
{
    for (size_t i = 0; i < QUECTEL_SOCKETS; i++) {
        struct quectel_socket *socket = &quectel_in(terminal->modem)->sockets[i];

        if (!socket->online || socket->owner != terminal)
            continue;
        if (terminal->settings.dtr == 1) {
            quectel_online_suspend(socket);
        } else {
            quectel_online_leave(socket, FACT_TRANSPARENT_END);
            quectel_socket_close(socket);
        }
    }
}

const struct quectel_part quectel_sockets = {
    .start = start,
    .stop = stop,
    .deadline = deadline,
    .tick = tick,
    .on_quiet = on_quiet,
    .on_dtr_drop = on_dtr_drop,
};
