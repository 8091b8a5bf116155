/* quectel_socket.c: one socket of the module, whatever it carries: opening, data, end.
 *
 * Source: quectel.md §1.3 to §1.9 and §2.3 to §2.6.
 */
#include "personalities/quectel/quectel.h"

#include <stdio.h>

static const char *const state_words[] = {
#define QUECTEL_SOCKET_WORDS(name, text) [name] = text,
    QUECTEL_SOCKET_STATES(QUECTEL_SOCKET_WORDS)
#undef QUECTEL_SOCKET_WORDS
};

const char *quectel_socket_state_words(const struct quectel_socket *socket)
{
    return state_words[socket->state];
}

struct quectel_socket *quectel_socket_at(const struct at_session *at, int32_t index)
{
    return &quectel_of(at)->sockets[index];
}

void quectel_socket_enter(struct quectel_socket *socket, enum quectel_socket_state next)
{
    log_trace(socket->modem->config.log, TRACE_SOCKET, "socket %d: %s -> %s", socket->index,
              state_words[socket->state], state_words[next]);
    socket->state = next;
}

bool quectel_socket_is_free(const struct quectel_socket *socket)
{
    return socket->state == SOCKET_INITIAL || socket->state == SOCKET_CLOSED ||
           socket->state == SOCKET_REMOTE_CLOSING;
}

bool quectel_socket_is_there(const struct quectel_socket *socket)
{
    return !quectel_socket_is_free(socket) || socket->state == SOCKET_REMOTE_CLOSING;
}

static bool is_datagram(const struct quectel_socket *socket)
{
    return socket->connection.transport == NET_UDP;
}

void quectel_socket_release(struct quectel_socket *socket, enum quectel_socket_state next)
{
    connection_close(&socket->connection);
    socket->unsent_len = 0;
    ring_init(&socket->datagrams, NULL, 0);
    socket->online = false;
    socket->announced = false;
    socket->flush_at_ms = CLOCK_NEVER;
    quectel_socket_enter(socket, next);
}

void quectel_socket_close(struct quectel_socket *socket)
{
    quectel_socket_flush(socket);
    socket->news = NEWS_NONE;
    socket->transparent = false;
    socket->closed_by_end = false;
    quectel_socket_release(socket, SOCKET_CLOSED);
}

void quectel_socket_end(struct quectel_socket *socket)
{
    socket->transparent = false;
    socket->closed_by_end = true;
    quectel_socket_release(socket, SOCKET_CLOSED);
}

/* Datagrams would melt together in the memory of the connection. */
void quectel_socket_buffer(struct quectel_socket *socket)
{
    connection_set_buffering(&socket->connection, !is_datagram(socket));
}

/* ---- events ---- */

static void on_open(void *ctx)
{
    struct quectel_socket *socket = ctx;

    quectel_socket_enter(socket, SOCKET_CONNECTED);
    socket->news = NEWS_OPENED;
    quectel_socket_buffer(socket);
    at_poke(socket->owner->at);
}

static void on_failed(void *ctx, const struct connection_failure *failure)
{
    struct quectel_socket *socket = ctx;

    (void)failure; /* the log has said it */
    quectel_socket_release(socket, SOCKET_CLOSED);
    socket->transparent = false;
    socket->news = NEWS_FAILED;
    at_poke(socket->owner->at);
}

void quectel_socket_collect(struct quectel_socket *socket)
{
    uint8_t datagram[2 + QUECTEL_RECEIVE_MAX];

    if (!is_datagram(socket) || !connection_is_open(&socket->connection))
        return;
    while (ring_room(&socket->datagrams) >= sizeof(datagram)) {
        size_t got = connection_read(&socket->connection, datagram + 2, QUECTEL_RECEIVE_MAX);

        if (got == 0)
            return;
        datagram[0] = (uint8_t)(got >> 8);
        datagram[1] = (uint8_t)got;
        ring_put(&socket->datagrams, span_at(datagram, 2 + got));
    }
    connection_pause(&socket->connection);
}

static void on_data(void *ctx)
{
    struct quectel_socket *socket = ctx;

    if (socket->online) {
        quectel_online_pump(socket);
        return;
    }
    quectel_socket_collect(socket);
    at_poke(socket->owner->at);
}

static void on_writable(void *ctx)
{
    struct quectel_socket *socket = ctx;

    if (socket->online)
        quectel_online_writable(socket);
    else
        quectel_socket_flush(socket);
}

static const struct connection_events events = {
    .on_open = on_open,
    .on_failed = on_failed,
    .on_data = on_data,
    .on_writable = on_writable,
};

void quectel_socket_init(struct quectel_socket *socket, struct tlsmodem *modem, int index)
{
    socket->index = index;
    socket->modem = modem;
    socket->flush_at_ms = CLOCK_NEVER;
    connection_init(&socket->connection, index, &modem->world, &events, socket, FACT_SOCKET_BUFFER);
    connection_keep_unsent(&socket->connection, QUECTEL_SEND_MAX);
}

/* ---- opening and data ---- */

bool quectel_socket_open(struct at_session *at, struct quectel_socket *socket,
                         const struct quectel_opening *opening)
{
    const struct connection_target target = { .host = opening->host,
                                              .port = opening->port,
                                              .transport = opening->transport,
                                              .step_timeout_ms = opening->step_ms != 0
                                                                     ? opening->step_ms
                                                                     : opening->timeout_ms,
                                              .total_timeout_ms = opening->timeout_ms,
                                              .tls = opening->tls };
    struct connection_failure failure;

    if (socket->state == SOCKET_REMOTE_CLOSING)
        quectel_socket_close(socket);
    if (connection_open(&socket->connection, &target, &failure) != ERR_OK)
        return false;
    quectel_bearer(socket->modem)->used = true;
    socket->owner = terminal_of(at);
    socket->manner = opening->manner;
    socket->bearer = (size_t)quectel_of(at)->settings.foreground;
    socket->secure = opening->tls != NULL;
    socket->single = opening->single;
    socket->transparent = opening->transparent;
    socket->closed_by_end = false;
    socket->announced = false;
    socket->news = NEWS_NONE;
    socket->sent = 0;
    ring_init(&socket->datagrams, socket->connection.received.memory,
              socket->connection.received.cap);
    quectel_socket_enter(socket, SOCKET_CONNECTING);
    return true;
}

static size_t first_datagram(const struct ring *datagrams)
{
    struct ring ring = *datagrams;
    size_t len;

    if (ring.len == 0)
        return 0;
    len = (size_t)ring_peek(&ring).data[0] << 8;
    ring_drop(&ring, 1);
    return len | ring_peek(&ring).data[0];
}

size_t quectel_socket_available(struct quectel_socket *socket)
{
    if (socket->state != SOCKET_CONNECTED && socket->state != SOCKET_REMOTE_CLOSING)
        return 0;
    return is_datagram(socket) ? first_datagram(&socket->datagrams)
                               : connection_available(&socket->connection);
}

/* What `cap` does not hold of a datagram is lost, as at any other receiver of UDP. */
static size_t read_datagram(struct quectel_socket *socket, uint8_t *buf, size_t cap)
{
    size_t len = first_datagram(&socket->datagrams);
    size_t done = 0, part = len < cap ? len : cap;

    if (len == 0)
        return 0;
    ring_drop(&socket->datagrams, 2);
    while (done < part) {
        struct span piece = ring_peek(&socket->datagrams);
        size_t count = piece.len < part - done ? piece.len : part - done;

        memcpy(buf + done, piece.data, count);
        ring_drop(&socket->datagrams, count);
        done += count;
    }
    ring_drop(&socket->datagrams, len - part);
    quectel_socket_collect(socket);
    return part;
}

size_t quectel_socket_read(struct quectel_socket *socket, uint8_t *buf, size_t cap)
{
    if (socket->state != SOCKET_CONNECTED && socket->state != SOCKET_REMOTE_CLOSING)
        return 0;
    return is_datagram(socket) ? read_datagram(socket, buf, cap)
                               : connection_read(&socket->connection, buf, cap);
}

size_t quectel_socket_waiting(struct quectel_socket *socket)
{
    return is_datagram(socket) ? socket->datagrams.len - 2 * quectel_socket_packets(socket)
                               : quectel_socket_available(socket);
}

size_t quectel_socket_packets(struct quectel_socket *socket)
{
    struct ring ring = socket->datagrams;
    size_t count = 0;

    if (!is_datagram(socket))
        return (quectel_socket_available(socket) + QUECTEL_SEND_MAX - 1) / QUECTEL_SEND_MAX;
    for (; ring.len > 0; count++)
        ring_drop(&ring, 2 + first_datagram(&ring));
    return count;
}

void quectel_socket_was_read(struct quectel_socket *socket)
{
    if (quectel_socket_available(socket) > 0)
        return;
    socket->announced = false;
    if (socket->state == SOCKET_REMOTE_CLOSING)
        quectel_socket_release(socket, SOCKET_CLOSED);
}

bool quectel_socket_flush(struct quectel_socket *socket)
{
    while (socket->unsent_len > 0) {
        size_t sent = connection_write(&socket->connection,
                                       span_at(socket->connection.unsent, socket->unsent_len));

        if (sent == 0)
            return false;
        socket->unsent_len -= sent;
        memmove(socket->connection.unsent, socket->connection.unsent + sent, socket->unsent_len);
    }
    socket->flush_at_ms = CLOCK_NEVER;
    return true;
}

bool quectel_socket_send(struct quectel_socket *socket, struct span bytes)
{
    size_t sent;

    if (!quectel_socket_flush(socket))
        return false;
    sent = connection_write(&socket->connection, bytes);
    if (sent == 0)
        return false;
    socket->sent += bytes.len;
    socket->unsent_len = bytes.len - sent;
    memcpy(socket->connection.unsent, bytes.data + sent, socket->unsent_len);
    quectel_socket_flush(socket);
    return true;
}

void quectel_socket_peer(const struct quectel_socket *socket, char text[CONNECTION_HOST_MAX + 1])
{
    if (socket->connection.address_next > 0)
        address_text(connection_peer(&socket->connection), text);
    else
        snprintf(text, CONNECTION_HOST_MAX + 1, "%s", socket->connection.host);
}
