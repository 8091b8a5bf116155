/* quectel_socket_life.c: one socket of the module, whatever it carries: opening, data, end.
 *
 * Source: docs/facts/quectel.md §1.3 to §1.9 and §2.3 to §2.6.
 */
#include "personalities/quectel/quectel.h"

#include <assert.h>
#include <stdio.h>

static const char *const state_words[] = {
#define QUECTEL_SOCKET_WORDS(name, text) [name] = text,
    QUECTEL_SOCKET_STATES(QUECTEL_SOCKET_WORDS)
#undef QUECTEL_SOCKET_WORDS
};

static const char *const news_names[] = {
#define QUECTEL_NEWS_NAME(name) [name] = #name,
    QUECTEL_NEWS(QUECTEL_NEWS_NAME)
#undef QUECTEL_NEWS_NAME
};

const char *quectel_socket_state_words(const struct quectel_socket *socket)
{
    return state_words[socket->state];
}

int quectel_socket_count(enum quectel_role role)
{
    return role == QUECTEL_SERVER ? QUECTEL_ACCEPTED : QUECTEL_SOCKETS;
}

static size_t unit_of(size_t bearer, enum quectel_role role, int32_t index)
{
    size_t first = bearer * (QUECTEL_SOCKETS + QUECTEL_ACCEPTED);

    assert(bearer < QUECTEL_BEARERS && index >= 0 && index < quectel_socket_count(role));
    return first + (role == QUECTEL_SERVER ? QUECTEL_SOCKETS : 0) + (size_t)index;
}

struct quectel_socket *quectel_socket_in(const struct tlsmodem *modem, size_t unit)
{
    assert(unit < QUECTEL_SOCKET_UNITS);
    return module_part_if(modem, &quectel_sockets, unit);
}

struct quectel_socket *quectel_socket_on(const struct tlsmodem *modem, size_t bearer,
                                         enum quectel_role role, int32_t index)
{
    return quectel_socket_in(modem, unit_of(bearer, role, index));
}

struct quectel_socket *quectel_socket_at(const struct at_session *at, int32_t index)
{
    const struct tlsmodem *modem = module_of(at);

    return quectel_socket_on(modem, quectel_bearer_foreground(modem), QUECTEL_CLIENT, index);
}

const struct quectel_socket *quectel_socket_look(const struct at_session *at, int32_t index)
{
    static const struct quectel_socket never_opened = { .state = SOCKET_INITIAL };
    const struct quectel_socket *socket = quectel_socket_at(at, index);

    return socket != NULL ? socket : &never_opened;
}

struct quectel_socket *quectel_socket_make(const struct at_session *at, int32_t index)
{
    struct tlsmodem *modem = module_of(at);

    return module_part(modem, &quectel_sockets,
                       unit_of(quectel_bearer_foreground(modem), QUECTEL_CLIENT, index));
}

struct quectel_socket *quectel_socket_make_accepted(struct tlsmodem *modem, size_t bearer,
                                                    int32_t index)
{
    return module_part(modem, &quectel_sockets, unit_of(bearer, QUECTEL_SERVER, index));
}

void quectel_socket_enter(struct quectel_socket *socket, enum quectel_socket_state next)
{
    log_trace(socket->modem->config.log, TRACE_SOCKET, "socket %d: %s -> %s", socket->index,
              state_words[socket->state], state_words[next]);
    socket->state = next;
}

void quectel_socket_note(struct quectel_socket *socket, enum quectel_news news)
{
    assert(news == NEWS_NONE || socket->owner != NULL); /* somebody hears it */
    if (news != socket->news)
        log_trace(socket->modem->config.log, TRACE_SOCKET, "socket %d: %s -> %s", socket->index,
                  news_names[socket->news], news_names[news]);
    socket->news = news;
}

bool quectel_socket_is_free(const struct quectel_socket *socket)
{
    return socket->state == SOCKET_INITIAL || socket->state == SOCKET_CLOSED ||
           socket->state == SOCKET_FAILED || socket->state == SOCKET_ENDED ||
           socket->state == SOCKET_REMOTE_CLOSING;
}

bool quectel_socket_can_close(const struct quectel_socket *socket)
{
    return quectel_socket_is_there(socket) || socket->state == SOCKET_FAILED;
}

bool quectel_socket_is_there(const struct quectel_socket *socket)
{
    return !quectel_socket_is_free(socket) || socket->state == SOCKET_REMOTE_CLOSING;
}

static bool is_datagram(const struct quectel_socket *socket)
{
    return socket->transport == NET_UDP;
}

bool quectel_socket_is_open(const struct quectel_socket *socket)
{
    return socket->link != NULL && socket->link->connection.state == CONNECTION_OPEN;
}

bool quectel_socket_has_ended(const struct quectel_socket *socket)
{
    struct connection_failure failure;

    return socket->link != NULL && connection_has_ended(&socket->link->connection, &failure);
}

void quectel_link_clear(struct quectel_link *link)
{
    packets_clear(&link->packets);
    online_forget(&link->online);
    datagrams_clear(&link->datagrams);
}

/* Its memory goes when the module has come to rest: an event of it may be under way. */
static void drop_link(struct quectel_socket *socket)
{
    char peer[CONNECTION_HOST_MAX + 1];

    if (socket->link == NULL)
        return;
    quectel_socket_peer(socket, peer);
    at_text_set(&socket->peer, span_of(peer)); /* without memory it keeps the name */
    connection_close(&socket->link->connection);
    quectel_link_clear(socket->link);
    socket->link = NULL;
}

void quectel_socket_release(struct quectel_socket *socket, enum quectel_socket_state next)
{
    drop_link(socket);
    socket->announced = false;
    quectel_socket_enter(socket, next);
}

void quectel_socket_close(struct quectel_socket *socket)
{
    quectel_socket_flush(socket);
    quectel_socket_note(socket, NEWS_NONE);
    socket->transparent = false;
    quectel_socket_release(socket, SOCKET_CLOSED);
}

void quectel_socket_end(struct quectel_socket *socket)
{
    socket->transparent = false;
    quectel_socket_release(socket, SOCKET_ENDED);
}

/* Datagrams would melt together in the memory of the connection. */
void quectel_socket_buffer(struct quectel_socket *socket)
{
    assert(socket->link != NULL);
    connection_set_buffering(&socket->link->connection, !is_datagram(socket));
}

size_t quectel_socket_buffer_size(const struct tlsmodem *modem)
{
    return (size_t)module_fact_peek(modem, FACT_SOCKET_BUFFER);
}

void quectel_socket_collect(struct quectel_socket *socket)
{
    struct quectel_link *link = socket->link;

    if (link == NULL || !is_datagram(socket) || !connection_is_open(&link->connection))
        return;
    if (!datagrams_collect(&link->datagrams, &link->connection,
                           quectel_socket_buffer_size(socket->modem)))
        module_note_fact(socket->modem, FACT_SOCKET_BUFFER);
}

/* ---- opening and data ---- */

static bool open_link(struct quectel_socket *socket, const struct quectel_opening *opening)
{
    const struct connection_target target = { .host = opening->host,
                                              .port = opening->port,
                                              .transport = opening->transport,
                                              .step_timeout_ms = opening->step_ms != 0
                                                                     ? opening->step_ms
                                                                     : opening->timeout_ms,
                                              .total_timeout_ms = opening->timeout_ms,
                                              .tls = opening->tls };
    struct quectel_link *link = module_part(socket->modem, &quectel_links, socket->unit);
    struct connection_failure failure;

    if (link == NULL || !at_text_set(&socket->peer, span_of(opening->host)))
        return false;
    if (connection_open(&link->connection, &target, &failure) != ERR_OK)
        return false;
    socket->link = link;
    return true;
}

static void begin(struct quectel_socket *socket, struct module_terminal *owner,
                  const struct quectel_opening *opening)
{
    socket->owner = owner;
    socket->manner = opening->manner;
    socket->secure = opening->tls != NULL;
    socket->transport = opening->transport;
    socket->port = opening->port;
    socket->limit_fact = opening->limit_fact;
    socket->single = opening->single;
    socket->transparent = opening->transparent;
    socket->announced = false;
    quectel_socket_note(socket, NEWS_NONE);
    socket->sent = 0;
}

bool quectel_socket_open(struct at_session *at, struct quectel_socket *socket,
                         const struct quectel_opening *opening)
{
    assert(quectel_socket_is_free(socket));
    assert(opening->manner != NULL && opening->timeout_ms > 0);
    if (socket->state == SOCKET_REMOTE_CLOSING)
        quectel_socket_close(socket);
    if (!open_link(socket, opening))
        return false;
    begin(socket, terminal_of(at), opening);
    quectel_bearer(socket->modem)->used = true;
    quectel_socket_enter(socket, SOCKET_CONNECTING);
    return true;
}

bool quectel_socket_accept(struct quectel_socket *socket, struct module_terminal *owner,
                           const struct quectel_opening *opening,
                           const struct quectel_arrival *arrival)
{
    struct quectel_link *link = module_part(socket->modem, &quectel_links, socket->unit);

    assert(quectel_socket_is_free(socket) && socket->role == QUECTEL_SERVER);
    assert(opening->transport == NET_TCP && opening->tls == NULL);
    if (link == NULL || connection_adopt(&link->connection, NET_TCP, arrival->stream,
                                         &arrival->from, arrival->port) != ERR_OK)
        return false;
    socket->link = link;
    begin(socket, owner, opening);
    socket->port = arrival->port;
    quectel_socket_enter(socket, SOCKET_CONNECTED);
    quectel_socket_note(socket, NEWS_OPENED);
    quectel_socket_buffer(socket);
    at_poke(owner->at);
    return true;
}

size_t quectel_socket_available(struct quectel_socket *socket)
{
    if (socket->state != SOCKET_CONNECTED && socket->state != SOCKET_REMOTE_CLOSING)
        return 0;
    return is_datagram(socket) ? datagrams_first(&socket->link->datagrams)
                               : connection_available(&socket->link->connection);
}

/* What `cap` does not hold of a datagram is lost, as at any other receiver of UDP. */
static size_t read_datagram(struct quectel_socket *socket, uint8_t *buf, size_t cap)
{
    struct datagrams *datagrams = &socket->link->datagrams;
    size_t len = datagrams_first(datagrams);
    size_t part = datagrams_read(datagrams, buf, cap);

    if (part == 0)
        return 0;
    if (part < len) {
        connection_lose(&socket->link->connection, len, part);
        datagrams_skip(datagrams);
    }
    quectel_socket_collect(socket);
    return part;
}

size_t quectel_socket_read(struct quectel_socket *socket, uint8_t *buf, size_t cap)
{
    assert(cap > 0);
    if (socket->state != SOCKET_CONNECTED && socket->state != SOCKET_REMOTE_CLOSING)
        return 0;
    return is_datagram(socket) ? read_datagram(socket, buf, cap)
                               : connection_read(&socket->link->connection, buf, cap);
}

/* Some hosts read one packet each time that they are told. */
static void tell_again(struct quectel_socket *socket, size_t got)
{
    int32_t after = module_fact_peek(socket->modem, FACT_TOLD_AGAIN_AFTER);

    socket->read += got;
    if (socket->secure || after == 0 || socket->read < (size_t)after)
        return;
    module_note_fact(socket->modem, FACT_TOLD_AGAIN_AFTER);
    socket->announced = false;
    at_poke(socket->owner->at);
}

size_t quectel_socket_waiting(struct quectel_socket *socket)
{
    return is_datagram(socket) ? datagrams_bytes(&socket->link->datagrams)
                               : quectel_socket_available(socket);
}

size_t quectel_socket_packets(struct quectel_socket *socket)
{
    if (!is_datagram(socket))
        return (quectel_socket_available(socket) + QUECTEL_SEND_MAX - 1) / QUECTEL_SEND_MAX;
    return datagrams_count(&socket->link->datagrams);
}

void quectel_socket_was_read(struct quectel_socket *socket, size_t got)
{
    if (quectel_socket_available(socket) > 0) {
        tell_again(socket, got);
        return;
    }
    socket->announced = false;
    if (socket->state != SOCKET_REMOTE_CLOSING)
        return;
    quectel_socket_release(socket, SOCKET_ENDED);
    quectel_socket_note(socket, NEWS_CLOSED);
    at_poke(socket->owner->at);
}

bool quectel_socket_flush(struct quectel_socket *socket)
{
    struct quectel_link *link = socket->link;

    return link == NULL || packets_flush(&link->packets, &link->connection);
}

bool quectel_socket_send(struct quectel_socket *socket, struct span bytes)
{
    struct outbox *outbox = &socket->link->packets.outbox;
    size_t sent;

    assert(bytes.len > 0 && bytes.len <= QUECTEL_SEND_MAX && socket->link != NULL);
    if (!quectel_socket_flush(socket) || !outbox_reserve(outbox))
        return false;
    sent = connection_write(&socket->link->connection, bytes);
    if (sent > 0) {
        socket->sent += bytes.len;
        outbox_put(outbox, span_skip(bytes, sent));
    }
    quectel_socket_flush(socket);
    return sent > 0;
}

void quectel_socket_peer(const struct quectel_socket *socket, char text[CONNECTION_HOST_MAX + 1])
{
    if (socket->link != NULL && socket->link->connection.has_peer)
        address_text(connection_peer(&socket->link->connection), text);
    else
        snprintf(text, CONNECTION_HOST_MAX + 1, "%s", at_text(socket->peer));
}
