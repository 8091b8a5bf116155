/* quectel_link.c: what the connection of a socket brings. */
#include "personalities/quectel/quectel.h"

static void on_open(void *ctx)
{
    struct quectel_socket *socket = ctx;

    quectel_socket_enter(socket, SOCKET_CONNECTED);
    quectel_socket_note(socket, NEWS_OPENED);
    quectel_socket_buffer(socket);
    at_poke(socket->owner->at);
}

static void on_failed(void *ctx, const struct connection_failure *failure)
{
    struct quectel_socket *socket = ctx;

    if (failure->err == ERR_TIMEOUT)
        module_note_fact(socket->modem, socket->limit_fact);
    quectel_socket_release(socket, SOCKET_FAILED);
    socket->transparent = false;
    quectel_socket_note(socket, NEWS_FAILED);
    at_poke(socket->owner->at);
}

static void on_data(void *ctx)
{
    struct quectel_socket *socket = ctx;

    if (quectel_online_is_on(socket)) {
        online_pump(&socket->link->online);
        return;
    }
    quectel_socket_collect(socket);
    if (connection_available(&socket->link->connection) ==
        quectel_socket_buffer_size(socket->modem))
        module_note_fact(socket->modem, FACT_SOCKET_BUFFER); /* the peer has to wait */
    at_poke(socket->owner->at);
}

static void on_writable(void *ctx)
{
    struct quectel_socket *socket = ctx;

    if (quectel_online_is_on(socket))
        online_writable(&socket->link->online);
    else
        quectel_socket_flush(socket);
}

static const struct connection_events events = {
    .on_open = on_open,
    .on_failed = on_failed,
    .on_data = on_data,
    .on_writable = on_writable,
};

static void init_link(struct tlsmodem *modem, void *state, size_t unit)
{
    static const char *const kinds[QUECTEL_ACCEPTED] = { "client 0", "client 1", "client 2",
                                                         "client 3", "client 4" };
    struct quectel_link *link = state;
    struct quectel_socket *socket = quectel_socket_in(modem, unit);

    connection_init(&link->connection, socket->index, &modem->world, &events, socket,
                    quectel_socket_buffer_size(modem));
    if (socket->role == QUECTEL_SERVER)
        connection_name(&link->connection, kinds[socket->index]);
    packets_init(&link->packets, QUECTEL_SEND_MAX);
}

static void deinit_link(struct tlsmodem *modem, void *state)
{
    struct quectel_link *link = state;

    (void)modem;
    connection_deinit(&link->connection);
    quectel_link_clear(link);
}

static bool is_link_idle(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_link *link = state;

    (void)modem;
    return link->connection.state == CONNECTION_CLOSED;
}

/* Its time is the socket's (quectel_sockets.c). */
const struct module_part quectel_links = {
    .size = sizeof(struct quectel_link),
    .units = QUECTEL_SOCKET_UNITS,
    .init = init_link,
    .deinit = deinit_link,
    .is_idle = is_link_idle,
};
