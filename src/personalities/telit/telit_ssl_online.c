/* telit_ssl_online.c: data in online mode, and the packets that it is sent in.
 *
 * Source: Telit 1vv0300989 r12 §4.5 (pktSz, maxTo, txTo), §5.1.1.
 */
#include "personalities/telit/telit.h"

#include <string.h>

enum { DECISECOND_MS = 100, SECOND_MS = 1000 };

static void restart_idle(struct telit_ssl *ssl)
{
    if (ssl->slot->settings.idle_s > 0)
        ssl->idle_until_ms =
            module_now(ssl->modem) + (int64_t)ssl->slot->settings.idle_s * SECOND_MS;
    else
        ssl->idle_until_ms = CLOCK_NEVER;
}

bool telit_ssl_flush(struct telit_ssl *ssl)
{
    if (!outbox_flush(&ssl->outbox, &ssl->socket))
        return false;
    ssl->flush_at_ms = CLOCK_NEVER;
    return true;
}

static bool is_automatic(const struct telit_ssl *ssl)
{
    return ssl->slot->settings.packet_size == 0;
}

static size_t packet_size(const struct telit_ssl *ssl)
{
    return is_automatic(ssl) ? FACT_PACKET_MAX : (size_t)ssl->slot->settings.packet_size;
}

/* Puts bytes into the packet and sends it when it is full; bytes taken.  Without memory for a
 * packet they go as they come. */
static size_t collect(struct telit_ssl *ssl, struct span bytes)
{
    size_t room = packet_size(ssl) - outbox_len(&ssl->outbox);
    struct span part = span_at(bytes.data, bytes.len < room ? bytes.len : room);

    if (!outbox_reserve(&ssl->outbox))
        return connection_write(&ssl->socket, part);
    outbox_put(&ssl->outbox, part);
    if (outbox_len(&ssl->outbox) == packet_size(ssl))
        telit_ssl_flush(ssl);
    return part.len;
}

/* A whole packet goes out from where it lies; a part of one waits in the packet memory. */
static size_t take(struct telit_ssl *ssl, struct span bytes)
{
    size_t size = packet_size(ssl), kept = outbox_len(&ssl->outbox);

    if (kept > 0 || bytes.len < size)
        return kept < size || telit_ssl_flush(ssl) ? collect(ssl, bytes) : 0;
    return connection_write(&ssl->socket,
                            span_at(bytes.data, is_automatic(ssl) ? bytes.len : size));
}

static void start_flush_timer(struct telit_ssl *ssl)
{
    if (outbox_len(&ssl->outbox) == 0)
        return;
    if (is_automatic(ssl) && FACT_AUTOMATIC_FLUSHES_AT_ONCE)
        telit_ssl_flush(ssl);
    else if (ssl->slot->settings.flush_ds > 0 && ssl->flush_at_ms == CLOCK_NEVER)
        ssl->flush_at_ms =
            module_now(ssl->modem) + (int64_t)ssl->slot->settings.flush_ds * DECISECOND_MS;
}

/* After the peer's end the host gets what is left, then NO CARRIER. */
static void check_end(struct telit_ssl *ssl)
{
    struct connection_failure failure;

    if (ssl->online && connection_has_ended(&ssl->socket, &failure) &&
        connection_available(&ssl->socket) == 0)
        telit_ssl_drop(ssl, failure.err == ERR_OK ? CAUSE_PEER : CAUSE_ABORT);
}

static size_t on_input(void *ctx, struct span bytes)
{
    struct telit_ssl *ssl = ctx;
    size_t taken = 0;

    if (ssl->socket.state == CONNECTION_ENDED)
        return bytes.len; /* nobody is there to get it; NO CARRIER follows what is unread */
    restart_idle(ssl);
    while (taken < bytes.len) {
        size_t part = take(ssl, span_skip(bytes, taken));

        if (part == 0)
            break;
        taken += part;
    }
    start_flush_timer(ssl);
    if (ssl->socket.state == CONNECTION_ENDED) {
        telit_ssl_pump(ssl);
        return bytes.len;
    }
    return taken;
}

static void on_escape(void *ctx)
{
    struct telit_ssl *ssl = ctx;

    ssl->online = false;
    telit_ssl_flush(ssl);
    connection_set_buffering(&ssl->socket, true);
    at_finish(ssl->slot->owner->at, AT_OK);
}

static void on_room(void *ctx)
{
    telit_ssl_pump(ctx);
}

void telit_ssl_go_online(struct telit_ssl *ssl, struct at_session *at)
{
    const struct at_online online = {
        .on_input = on_input, .on_escape = on_escape, .on_room = on_room, .ctx = ssl
    };

    ssl->online = true;
    ssl->rung = 0;
    restart_idle(ssl);
    connection_set_buffering(&ssl->socket, false);
    at_online(at, &online);
}

void telit_ssl_pump(struct telit_ssl *ssl)
{
    struct at_session *at = ssl->slot->owner->at;

    while (at_is_online(at)) {
        size_t room, got;
        uint8_t *tail = at_output_tail(at, &room);

        if (room == 0) {
            connection_pause(&ssl->socket);
            return;
        }
        got = connection_read(&ssl->socket, tail, room);
        if (got == 0)
            break;
        at_output_commit(at, got);
        restart_idle(ssl);
    }
    if (at_is_online(at))
        check_end(ssl);
}

void telit_ssl_online_writable(struct telit_ssl *ssl)
{
    if (!telit_ssl_flush(ssl)) {
        telit_ssl_pump(ssl);
        return;
    }
    at_unblock(ssl->slot->owner->at);
}

void telit_ssl_online_tick(struct telit_ssl *ssl, int64_t now_ms)
{
    if (now_ms >= ssl->flush_at_ms) {
        ssl->flush_at_ms = CLOCK_NEVER; /* what the peer does not take yet goes when it does */
        telit_ssl_flush(ssl);
        if (ssl->online)
            telit_ssl_pump(ssl);
    }
    if (ssl->online && now_ms >= ssl->idle_until_ms)
        telit_ssl_drop(ssl, CAUSE_IDLE);
}

void telit_ssl_leave_online(struct telit_ssl *ssl)
{
    ssl->online = false;
    telit_ssl_flush(ssl);
    connection_set_buffering(&ssl->socket, true);
    at_leave_online(ssl->slot->owner->at, AT_OK);
}
