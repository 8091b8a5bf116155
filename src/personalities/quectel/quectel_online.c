/* quectel_online.c: transparent mode: a port that is its socket's, +++, ATO, DTR.
 *
 * Source: docs/facts/quectel.md §1.9, §2.5; +QITCFG §2.2.
 */
#include "personalities/quectel/quectel.h"

enum { DECISECOND_MS = 100 };

static const struct quectel_settings *settings_of(const struct quectel_socket *socket)
{
    return &((const struct quectel *)socket->modem->maker)->settings;
}

static size_t packet_size(const struct quectel_socket *socket)
{
    return (size_t)settings_of(socket)->transparent_size;
}

/* After the peer's end the host gets what is left, then the line. */
static void check_end(struct quectel_socket *socket)
{
    if (!socket->online || !quectel_socket_has_ended(socket) ||
        quectel_socket_available(socket) > 0)
        return;
    quectel_online_end(socket);
    quectel_socket_end(socket);
}

/* Puts bytes into the packet and sends it when it is full; bytes taken.  Without memory for a
 * packet they go as they come. */
static size_t collect(struct quectel_socket *socket, struct span bytes)
{
    struct connection *connection = &socket->link->connection;
    struct outbox *outbox = &socket->link->outbox;
    size_t room = packet_size(socket) - outbox_len(outbox);
    struct span part = span_at(bytes.data, bytes.len < room ? bytes.len : room);

    if (!outbox_reserve(outbox))
        return connection_write(connection, part);
    outbox_put(outbox, part);
    if (outbox_len(outbox) == packet_size(socket)) {
        module_note_preset(socket->modem, FACT_TRANSPARENT_SIZE_PRESET);
        quectel_socket_flush(socket);
    }
    return part.len;
}

/* A whole packet goes out from where it lies; a part of one waits in the packet memory. */
static size_t take(struct quectel_socket *socket, struct span bytes)
{
    struct outbox *outbox = &socket->link->outbox;
    size_t size = packet_size(socket);

    if (outbox_len(outbox) >= size && !quectel_socket_flush(socket))
        return 0;
    if (outbox_len(outbox) > 0 || bytes.len < size)
        return collect(socket, bytes);
    module_note_preset(socket->modem, FACT_TRANSPARENT_SIZE_PRESET);
    return connection_write(&socket->link->connection, span_at(bytes.data, size));
}

static size_t on_input(void *ctx, struct span bytes)
{
    struct quectel_socket *socket = ctx;
    struct quectel_link *link = socket->link;
    size_t taken = 0;

    while (taken < bytes.len && quectel_socket_is_open(socket)) {
        size_t part = take(socket, span_skip(bytes, taken));

        if (part == 0)
            break;
        taken += part;
    }
    socket->sent += taken;
    if (outbox_len(&link->outbox) > 0 && link->flush_at_ms == CLOCK_NEVER)
        link->flush_at_ms = module_now(socket->modem) +
                            (int64_t)settings_of(socket)->transparent_wait * DECISECOND_MS;
    if (quectel_socket_is_open(socket))
        return taken;
    quectel_online_pump(socket);
    return bytes.len; /* nobody is there to get it; the line follows what is unread */
}

static void suspend(struct quectel_socket *socket)
{
    socket->online = false;
    quectel_socket_flush(socket);
    quectel_socket_buffer(socket);
}

static void on_escape(void *ctx)
{
    struct quectel_socket *socket = ctx;

    suspend(socket);
    at_finish(socket->owner->at, AT_OK);
}

static void on_room(void *ctx)
{
    quectel_online_pump(ctx);
}

static void go_online(struct quectel_socket *socket)
{
    const struct at_online online = {
        .on_input = on_input, .on_escape = on_escape, .on_room = on_room, .ctx = socket
    };

    socket->online = true;
    socket->announced = false;
    if (socket->news == NEWS_OPENED)
        socket->news = NEWS_NONE; /* a host was faster with ATO: one CONNECT says it */
    connection_set_buffering(&socket->link->connection, false);
    at_online(socket->owner->at, &online);
    if (settings_of(socket)->transparent_escape == 0)
        at_ignore_escape(socket->owner->at);
}

void quectel_online_enter(struct quectel_socket *socket)
{
    go_online(socket);
    at_unsolicited_connect(socket->owner->at);
}

/* Room for one piece: of a stream any, of UDP as much as the datagram has. */
static bool fits(struct quectel_socket *socket, size_t room)
{
    return socket->transport == NET_UDP ? room >= quectel_socket_available(socket) : room > 0;
}

void quectel_online_pump(struct quectel_socket *socket)
{
    struct at_session *at = socket->owner->at;

    quectel_socket_collect(socket);
    while (at_is_online(at)) {
        size_t room, got;
        uint8_t *tail = at_output_tail(at, &room);

        if (!fits(socket, room)) {
            connection_pause(&socket->link->connection);
            return;
        }
        got = quectel_socket_read(socket, tail, room);
        if (got == 0)
            break;
        at_output_commit(at, got);
    }
    if (at_is_online(at))
        check_end(socket);
}

void quectel_online_writable(struct quectel_socket *socket)
{
    if (!quectel_socket_flush(socket)) {
        quectel_online_pump(socket);
        return;
    }
    at_unblock(socket->owner->at);
}

void quectel_online_tick(struct quectel_socket *socket)
{
    if (socket->link == NULL || module_now(socket->modem) < socket->link->flush_at_ms)
        return;
    socket->link->flush_at_ms = CLOCK_NEVER; /* what the peer does not take yet goes when it does */
    quectel_socket_flush(socket);
    if (socket->online)
        quectel_online_pump(socket);
}

void quectel_online_suspend(struct quectel_socket *socket)
{
    suspend(socket);
    at_leave_online(socket->owner->at, AT_OK);
}

void quectel_online_leave(struct quectel_socket *socket)
{
    socket->online = false;
    at_leave_online(socket->owner->at, AT_SILENT);
}

void quectel_online_end(struct quectel_socket *socket)
{
    at_result_text(socket->owner->at, module_fact_text(socket->modem, FACT_TRANSPARENT_END));
    quectel_online_leave(socket);
}

/* ---- ATO ---- */

bool quectel_has_transparent(struct at_session *at)
{
    for (int32_t i = 0; i < QUECTEL_SOCKETS; i++) {
        const struct quectel_socket *socket = quectel_socket_look(at, i);

        if (socket->transparent && socket->owner == terminal_of(at))
            return true;
    }
    return false;
}

static bool can_resume(const struct quectel_socket *socket)
{
    return socket->transparent &&
           (socket->state == SOCKET_CONNECTED || socket->state == SOCKET_REMOTE_CLOSING);
}

static enum at_status set_resume(struct at_session *at, const struct at_args *args)
{
    (void)args;
    for (int32_t i = 0; i < QUECTEL_SOCKETS; i++) {
        struct quectel_socket *socket = quectel_socket_at(at, i);

        if (socket == NULL || !can_resume(socket) || socket->owner != terminal_of(at))
            continue;
        go_online(socket);
        return AT_CONNECT;
    }
    return AT_NO_CARRIER;
}

static const struct at_param resume_params[] = { { .name = "n", .max = 255 } };

static const struct at_command rows[] = {
    { .name = "O",
      .basic = true,
      .help = "Returns to transparent mode, which +++ has left.",
      .source = "V.250 6.3.7; docs/facts/quectel.md §2.5",
      AT_PARAMS(resume_params),
      .set = set_resume },
};
const struct at_commands quectel_online_rows = AT_COMMANDS(rows);
