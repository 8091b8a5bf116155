/* secure_data.c: bytes through an open secure socket, with back-pressure both ways. */
#include "services/secure_internal.h"

static void want_now(struct secure_socket *socket)
{
    unsigned events = 0;
    bool full = socket->buffering && ring_room(&socket->received) == 0;

    if (socket->state != SECURE_OPEN)
        return;
    if (!full && !socket->paused)
        events |= NET_WANT_READ;
    if (socket->write_blocked)
        events |= NET_WANT_WRITE;
    secure_want(socket, events);
}

/* The peer has ended the connection, in order or not.  What it sent before can still be read. */
static void end(struct secure_socket *socket, ptrdiff_t result)
{
    socket->end.err = (enum err) - result;
    if (result == -ERR_TLS)
        socket->end.tls = *socket->provider->ops->failure(socket->session);
    if (result != 0) {
        char text[240];

        secure_describe(&socket->end, text, sizeof(text));
        log_say(socket->world->log, LOG_WARNING,
                "secure socket %d: connection to %s port %u lost: %s", socket->id, socket->host,
                (unsigned)socket->port, text);
    } else {
        socket->provider->ops->shutdown(socket->session);
    }
    secure_enter(socket, SECURE_ENDED);
    secure_drop_stream(socket);
    socket->write_blocked = false;
}

/* Reads from the session; a negative or zero result other than "not now" ends the connection. */
static size_t pull(struct secure_socket *socket, uint8_t *buf, size_t cap)
{
    ptrdiff_t got = socket->provider->ops->read(socket->session, buf, cap);

    if (got > 0)
        return (size_t)got;
    if (got != -ERR_AGAIN)
        end(socket, got);
    return 0;
}

/* Collects what has come; true when that was anything. */
static bool collect(struct secure_socket *socket)
{
    size_t before = secure_available(socket);

    while (socket->state == SECURE_OPEN && ring_room(&socket->received) > 0) {
        size_t room;
        uint8_t *tail = ring_tail(&socket->received, &room);
        size_t got = pull(socket, tail, room);

        if (got == 0)
            break;
        ring_commit(&socket->received, got);
    }
    return secure_available(socket) > before;
}

void secure_on_readable(struct secure_socket *socket)
{
    bool news;

    if (socket->buffering) {
        news = collect(socket);
    } else {
        socket->paused = false;
        news = true;
    }
    if (news || socket->state == SECURE_ENDED)
        socket->events->on_data(socket->ctx);
    want_now(socket);
}

/* Moves the record before on; false while part of it waits for the network. */
static bool flush(struct secure_socket *socket)
{
    enum err err = socket->provider->ops->flush(socket->session);

    socket->write_blocked = err == ERR_AGAIN;
    if (err != ERR_OK && err != ERR_AGAIN)
        end(socket, -(ptrdiff_t)err);
    want_now(socket);
    return err == ERR_OK;
}

void secure_on_writable(struct secure_socket *socket)
{
    if (flush(socket))
        socket->events->on_writable(socket->ctx);
    else if (socket->state == SECURE_ENDED)
        socket->events->on_data(socket->ctx);
    want_now(socket);
}

void secure_set_buffering(struct secure_socket *socket, bool buffering)
{
    socket->buffering = buffering;
    socket->paused = false;
    want_now(socket);
}

size_t secure_available(const struct secure_socket *socket)
{
    if (socket->session == NULL)
        return socket->received.len;
    return socket->received.len + socket->provider->ops->pending(socket->session);
}

size_t secure_read(struct secure_socket *socket, uint8_t *buf, size_t cap)
{
    size_t done = 0;

    while (done < cap && socket->received.len > 0) {
        struct span piece = ring_peek(&socket->received);
        size_t part = piece.len < cap - done ? piece.len : cap - done;

        memcpy(buf + done, piece.data, part);
        ring_drop(&socket->received, part);
        done += part;
    }
    if (done < cap && (socket->state == SECURE_OPEN || secure_available(socket) > 0))
        done += pull(socket, buf + done, cap - done);
    if (done == 0)
        socket->paused = false; /* dry: from now on the stream says when there is more */
    want_now(socket);
    return done;
}

void secure_pause(struct secure_socket *socket)
{
    socket->paused = true;
    want_now(socket);
}

size_t secure_write(struct secure_socket *socket, struct span bytes)
{
    ptrdiff_t done;

    if (socket->state != SECURE_OPEN || socket->write_blocked)
        return 0;
    done = socket->provider->ops->write(socket->session, bytes.data, bytes.len);
    if (done < 0 && done != -ERR_AGAIN) {
        end(socket, done);
        return 0;
    }
    flush(socket);
    return done > 0 ? (size_t)done : 0;
}
