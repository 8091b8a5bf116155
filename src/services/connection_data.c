/* connection_data.c: bytes through an open connection, with back-pressure both ways. */
#include "services/connection_internal.h"

#include <assert.h>
#include <stdlib.h>

enum { STARVED_MS = 1000 };

/* Without memory there is nothing in it. */
static bool is_full(const struct connection *connection)
{
    return connection->received.len == connection->received_cap;
}

static void want_now(struct connection *connection)
{
    unsigned events = 0;
    bool full = connection->buffering && (connection->starved || is_full(connection));

    if (connection->state != CONNECTION_OPEN)
        return;
    if (!full && !connection->paused && !connection->finished)
        events |= NET_WANT_READ;
    if (connection->write_blocked)
        events |= NET_WANT_WRITE;
    connection_want(connection, events);
}

/* The host is told the same, and old servers just close; but bytes may be missing. */
static void say_how_it_ended(const struct connection *connection)
{
    switch (tls_session_end(connection->session)) {
    case TLS_END_NOTIFIED:
        break;
    case TLS_END_BARE:
        connection_say(connection, LOG_INFO, "%s port %u closed without close_notify",
                       connection->host, (unsigned)connection->port);
        break;
    case TLS_END_CUT:
        connection_say(connection, LOG_WARNING,
                       "connection to %s port %u cut inside a record: bytes are missing",
                       connection->host, (unsigned)connection->port);
        break;
    }
}

/* The peer has ended the connection, in order or not.  What it sent before can still be read. */
static void end(struct connection *connection, ptrdiff_t result)
{
    connection->end = (enum err) - result;
    if (result == -ERR_RESET && connection->session != NULL && connection->stream_err != ERR_OK)
        connection->end = connection->stream_err;
    if (result != 0) {
        struct connection_failure failure = connection_end(connection);
        char text[240];

        connection_describe(&failure, text, sizeof(text));
        connection_say(connection, LOG_WARNING, "connection to %s port %u lost: %s",
                       connection->host, (unsigned)connection->port, text);
    } else if (connection->session != NULL) {
        say_how_it_ended(connection);
        tls_session_shutdown(connection->session);
    }
    connection_enter(connection, CONNECTION_ENDED);
    connection_drop_stream(connection);
    connection->write_blocked = false;
}

static ptrdiff_t receive(struct connection *connection, uint8_t *buf, size_t cap)
{
    if (connection->session != NULL)
        return tls_session_read(connection->session, buf, cap);
    return net_stream_recv(connection->stream, buf, cap);
}

/* Reads; a negative or zero result other than "not now" ends the connection. */
static size_t pull(struct connection *connection, uint8_t *buf, size_t cap)
{
    ptrdiff_t got = receive(connection, buf, cap);

    assert(cap > 0);
    if (got > (ptrdiff_t)cap)
        connection_lose(connection, (size_t)got, cap);
    if (got > 0)
        return (size_t)got < cap ? (size_t)got : cap;
    if (got == 0 && connection->half_open)
        connection->finished = true;
    else if (got != -ERR_AGAIN)
        end(connection, got);
    return 0;
}

void connection_set_half_open(struct connection *connection, bool half_open)
{
    assert(connection->session == NULL && connection->transport == NET_TCP);
    connection->half_open = half_open;
    if (connection->finished && !half_open) {
        connection->finished = false;
        end(connection, 0);
    }
}

bool connection_is_half_closed(const struct connection *connection)
{
    return connection->finished;
}

/* Memory for received bytes.  Without it they stay where they are, and time tries again. */
static bool make_room(struct connection *connection)
{
    uint8_t *memory;

    if (connection->received.memory != NULL)
        return true;
    memory = malloc(connection->received_cap);
    connection->starved = memory == NULL;
    if (memory != NULL) {
        ring_init(&connection->received, memory, connection->received_cap);
        return true;
    }
    connection_say(connection, LOG_WARNING, "no memory for what has come");
    connection->deadline_ms = connection->world->now_ms(connection->world->ctx) + STARVED_MS;
    return false;
}

/* Collects what has come; true when that was anything. */
static bool collect(struct connection *connection)
{
    size_t before = connection_available(connection);

    while (connection->state == CONNECTION_OPEN && !is_full(connection) && make_room(connection)) {
        size_t room;
        uint8_t *tail = ring_tail(&connection->received, &room);
        size_t got = pull(connection, tail, room);

        if (got == 0)
            break;
        ring_commit(&connection->received, got);
    }
    if (connection->received.len == 0)
        connection_free_received(connection);
    return connection_available(connection) > before;
}

void connection_on_readable(struct connection *connection)
{
    bool news;

    assert(connection->state == CONNECTION_OPEN);
    if (connection->buffering) {
        news = collect(connection);
    } else {
        connection->paused = false;
        news = true;
    }
    if (news || connection->state == CONNECTION_ENDED)
        connection->events->on_data(connection->ctx);
    want_now(connection);
}

void connection_look_for_memory(struct connection *connection)
{
    connection->starved = false;
    connection->deadline_ms = CLOCK_NEVER;
    connection_on_readable(connection);
}

void connection_open_now(struct connection *connection)
{
    assert(connection->state == CONNECTION_CONNECTING ||
           connection->state == CONNECTION_LISTENING ||
           connection->state == CONNECTION_HANDSHAKING);
    connection_free_others(connection);
    connection_forget_offer(connection);
    connection->deadline_ms = CLOCK_NEVER;
    connection_enter(connection, CONNECTION_OPEN);
    connection_want(connection, NET_WANT_READ);
    connection->events->on_open(connection->ctx);
    /* What came with the end of the handshake, the stream may not say again. */
    if (connection->state == CONNECTION_OPEN && connection->session != NULL)
        connection_on_readable(connection);
}

/* Moves the record before on; false while part of it waits for the network. */
static bool flush(struct connection *connection)
{
    enum err err = connection->session != NULL ? tls_session_flush(connection->session) : ERR_OK;

    connection->write_blocked = err == ERR_AGAIN;
    if (err != ERR_OK && err != ERR_AGAIN)
        end(connection, -(ptrdiff_t)err);
    want_now(connection);
    return err == ERR_OK;
}

void connection_on_writable(struct connection *connection)
{
    assert(connection->state == CONNECTION_OPEN);
    if (flush(connection))
        connection->events->on_writable(connection->ctx);
    else if (connection->state == CONNECTION_ENDED)
        connection->events->on_data(connection->ctx);
    want_now(connection);
}

void connection_set_buffering(struct connection *connection, bool buffering)
{
    assert(!buffering || (connection->received_cap > 0 && connection->transport == NET_TCP));
    connection->buffering = buffering;
    connection->paused = false;
    want_now(connection);
}

size_t connection_available(const struct connection *connection)
{
    if (connection->session == NULL)
        return connection->received.len;
    return connection->received.len + tls_session_pending(connection->session);
}

size_t connection_read(struct connection *connection, uint8_t *buf, size_t cap)
{
    size_t done = 0;

    assert(buf != NULL);
    while (done < cap && connection->received.len > 0) {
        struct span piece = ring_peek(&connection->received);
        size_t part = piece.len < cap - done ? piece.len : cap - done;

        memcpy(buf + done, piece.data, part);
        ring_drop(&connection->received, part);
        done += part;
    }
    if (connection->received.len == 0)
        connection_free_received(connection);
    if (done < cap &&
        (connection->state == CONNECTION_OPEN || connection_available(connection) > 0))
        done += pull(connection, buf + done, cap - done);
    if (done == 0)
        connection->paused = false; /* dry: from now on the stream says when there is more */
    want_now(connection);
    return done;
}

void connection_pause(struct connection *connection)
{
    connection->paused = true;
    want_now(connection);
}

static ptrdiff_t transmit(struct connection *connection, struct span bytes)
{
    ptrdiff_t done;

    if (connection->session != NULL)
        return tls_session_write(connection->session, bytes.data, bytes.len);
    done = net_stream_send(connection->stream, bytes.data, bytes.len);
    /* A datagram that no network carries is lost like any other. */
    return done == -ERR_INVALID && connection->transport == NET_UDP ? (ptrdiff_t)bytes.len : done;
}

size_t connection_write(struct connection *connection, struct span bytes)
{
    ptrdiff_t done;

    if (connection->state != CONNECTION_OPEN || connection->write_blocked || bytes.len == 0)
        return 0;
    done = transmit(connection, bytes);
    if (done < 0 && done != -ERR_AGAIN) {
        end(connection, done);
        return 0;
    }
    if (connection->session != NULL) {
        flush(connection);
    } else {
        connection->write_blocked = done < 0;
        want_now(connection);
    }
    return done > 0 ? (size_t)done : 0;
}

bool connection_is_flushed(const struct connection *connection)
{
    return !connection->write_blocked;
}
