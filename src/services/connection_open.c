/* connection_open.c: opening a connection step by step. */
#include "services/address_text.h"
#include "services/connection_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void on_stream_event(void *ctx, enum net_event event, enum err err);

static enum err connect_peer(struct connection *connection)
{
    struct net_target to = { .transport = connection->transport,
                             .address = connection->peer,
                             .port = connection->port,
                             .local_port = connection->local_port };
    enum err err;

    connection_says_whose(connection);
    err =
        net_connect(connection->world->net, &to, on_stream_event, connection, &connection->stream);

    if (err != ERR_OK)
        connection->stream = NULL;
    return err;
}

/* There is no TCP connection.  Where it was for another offer, what the server has said to the one
 * before counts. */
static void fail_to_connect(struct connection *connection, enum err err)
{
    struct connection_failure refusal = { .during = CONNECTION_HANDSHAKING, .err = ERR_TLS };

    if (connection->offer == NULL || connection->offer->first.reason == TLS_FINE) {
        connection_fail_with(connection, err);
        return;
    }
    connection_say(connection, LOG_WARNING, "the server does not take that connection: %s",
                   err_text(err));
    connection_free_session(connection);
    refusal.tls = connection->offer->first;
    connection_fail(connection, &refusal);
}

/* After `err`, that of the address before: tries the others of the name one after the other. */
static void connect_next(struct connection *connection, enum err err)
{
    while (err != ERR_OK && connection->other_next < connection->other_count) {
        connection_drop_stream(connection);
        connection->peer = connection->others[connection->other_next++];
        err = connect_peer(connection);
    }
    if (err == ERR_OK)
        connection_restart_timer(connection);
    else
        fail_to_connect(connection, err);
}

/* The same server, to which something else is offered.  The module's own port, if the host has
 * chosen one, may still be that of the connection before. */
static void dial_again(struct connection *connection, const struct tls_config *tls,
                       const struct connection_failure *refusal)
{
    struct tls_failure unsaid = { .alert = -1 };

    connection_free_session(connection);
    connection_drop_stream(connection);
    connection->local_port = 0;
    connection->stream_err = ERR_OK;
    if (connection_open_session(connection, tls, &unsaid) != ERR_OK) {
        connection_fail(connection, refusal); /* what the server said counts */
        return;
    }
    connection_enter(connection, CONNECTION_CONNECTING);
    connect_next(connection, connect_peer(connection));
}

static void on_refused(struct connection *connection)
{
    struct connection_failure failure = { .err = ERR_TLS,
                                          .tls = *tls_session_failure(connection->session) };
    const struct tls_config *next = connection_next_offer(connection, &failure.tls);

    if (next != NULL && connection_dials_again(connection)) {
        dial_again(connection, next, &failure);
        return;
    }
    failure.may_do = next != NULL;
    if (next != NULL)
        failure.next = next->offer;
    connection_fail(connection, &failure);
}

static void shake_hands(struct connection *connection)
{
    connection_restart_timer(connection);
    if (connection_shake_hands(connection) == TLS_FAILED)
        on_refused(connection);
}

/* The stream is there: TLS, or nothing more to do. */
static void on_stream(struct connection *connection)
{
    assert(connection->stream != NULL);
    if (connection->keep_alive.idle_s > 0)
        net_stream_keep_alive(connection->stream, &connection->keep_alive);
    if (connection->session == NULL) {
        connection_open_now(connection);
        return;
    }
    connection_enter(connection, CONNECTION_HANDSHAKING);
    shake_hands(connection);
}

static void on_connecting(struct connection *connection, enum net_event event, enum err err)
{
    switch (event) {
    case NET_CONNECTED:
        on_stream(connection);
        break;
    case NET_FAILED:
        connection_trace(connection, TRACE_NET, "address %zu of %zu: %s",
                         connection->other_next + (size_t)1, connection->other_count + (size_t)1,
                         err_text(err));
        connect_next(connection, err);
        break;
    case NET_READABLE:
    case NET_WRITABLE:
        break;
    }
}

static void on_stream_event(void *ctx, enum net_event event, enum err err)
{
    struct connection *connection = ctx;

    connection->world->enter(connection->world->ctx);
    switch (connection->state) {
    case CONNECTION_CONNECTING:
        on_connecting(connection, event, err);
        break;
    case CONNECTION_HANDSHAKING:
        shake_hands(connection);
        break;
    case CONNECTION_OPEN:
        if (event == NET_WRITABLE)
            connection_on_writable(connection);
        else
            connection_on_readable(connection);
        break;
    case CONNECTION_CLOSED:
    case CONNECTION_RESOLVING:
    case CONNECTION_LISTENING:
    case CONNECTION_ENDED:
        break;
    }
    connection->world->leave(connection->world->ctx);
}

/* The first is the peer's; the others come after it, where there is memory for them. */
static void take_addresses(struct connection *connection, const struct net_address *list,
                           size_t count)
{
    size_t others = (count < CONNECTION_ADDRESSES_MAX ? count : CONNECTION_ADDRESSES_MAX) - 1;

    assert(count > 0);
    connection->peer = list[0];
    connection->has_peer = true;
    connection->others = others > 0 ? malloc(others * sizeof(list[0])) : NULL;
    if (connection->others == NULL)
        return;
    memcpy(connection->others, list + 1, others * sizeof(list[0]));
    connection->other_count = (uint8_t)others;
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct connection *connection = ctx;

    connection->world->enter(connection->world->ctx);
    connection->query = NULL;
    if (err == ERR_OK && count == 0)
        err = ERR_RESOLVE;
    if (err != ERR_OK) {
        connection_fail_with(connection, err);
    } else {
        take_addresses(connection, list, count);
        connection_enter(connection, CONNECTION_CONNECTING);
        connect_next(connection, connect_peer(connection));
    }
    connection->world->leave(connection->world->ctx);
}

/* An IPv6 address may stand in brackets, as in a URL. */
static enum err take_host(struct connection *connection, const char *host)
{
    size_t len = strlen(host);
    bool bracketed = len > 2 && host[0] == '[' && host[len - 1] == ']';
    enum err err = connection_rename(connection, bracketed ? host + 1 : host);

    if (err == ERR_OK && bracketed)
        connection->host[len - 2] = '\0';
    if (err == ERR_OK && strlen(connection->host) > CONNECTION_HOST_MAX) {
        connection->host[CONNECTION_HOST_MAX] = '\0';
        err = ERR_INVALID;
    }
    return err;
}

/* What the target says, and its TLS session if it has one. */
static enum err prepare(struct connection *connection, const struct connection_target *target,
                        struct connection_failure *ret_failure)
{
    enum err err;

    assert(target->host != NULL && target->step_timeout_ms > 0);
    assert(connection->state == CONNECTION_CLOSED);
    *ret_failure = (struct connection_failure){ .tls = { .alert = -1 } };
    connection->port = target->port;
    connection->local_port = target->local_port;
    connection->transport = target->transport;
    connection->step_timeout_ms = target->step_timeout_ms;
    connection->total_timeout_ms = target->total_timeout_ms;
    connection_start_total(connection);
    connection->end = ERR_OK;
    connection->stream_err = ERR_OK;
    connection->has_peer = false;
    err = take_host(connection, target->host);
    if (err != ERR_OK || target->tls == NULL)
        return err;
    if (target->transport != NET_TCP)
        return ERR_UNSUPPORTED;
    return connection_open_session(connection, target->tls, &ret_failure->tls);
}

/* Ends an attempt that did not start; to be returned. */
static enum err not_started(struct connection *connection, enum err err,
                            struct connection_failure *ret_failure)
{
    ret_failure->err = err;
    connection_say_failure(connection, ret_failure);
    connection_release(connection);
    return err;
}

enum err connection_open(struct connection *connection, const struct connection_target *target,
                         struct connection_failure *ret_failure)
{
    struct net *net = connection->world->net;
    enum err err = prepare(connection, target, ret_failure);

    connection_says_whose(connection);
    if (err == ERR_OK)
        err = net_resolve(net, connection->host, on_resolved, connection, &connection->query);
    if (err != ERR_OK)
        return not_started(connection, err, ret_failure);
    if (target->tls != NULL)
        connection_keep_offer(connection, target->tls, true);
    connection_restart_timer(connection);
    connection_trace(connection, TRACE_SOCKET, "to %s port %u, %s%s", connection->host,
                     (unsigned)connection->port, connection->transport == NET_UDP ? "UDP" : "TCP",
                     target->tls != NULL ? " with TLS" : "");
    connection_enter(connection, CONNECTION_RESOLVING);
    return ERR_OK;
}

static bool same_address(const struct net_address *a, const struct net_address *b)
{
    return a->family == b->family &&
           memcmp(a->bytes, b->bytes, a->family == NET_IPV4 ? 4 : 16) == 0;
}

static void on_accepted(void *ctx, struct net_stream *stream, const struct net_address *from,
                        uint16_t port)
{
    struct connection *connection = ctx;

    connection->world->enter(connection->world->ctx);
    if (same_address(from, &connection->peer)) {
        connection_stop_listening(connection);
        connection->stream = stream;
        connection->port = port;
        net_stream_bind(stream, on_stream_event, connection);
        on_stream(connection);
    } else {
        connection_say(connection, LOG_WARNING,
                       "turned away a connection that was not the server's");
        net_stream_close(stream);
    }
    connection->world->leave(connection->world->ctx);
}

enum err connection_await(struct connection *connection, const struct connection_target *target,
                          const struct net_address *at, const struct net_address *from,
                          uint16_t *ret_port, struct connection_failure *ret_failure)
{
    struct net *net = connection->world->net;
    enum err err = prepare(connection, target, ret_failure);

    assert(at != NULL && from != NULL && ret_port != NULL);
    if (err == ERR_OK)
        err = net_listen(net, at, 0, on_accepted, connection, &connection->listener, ret_port);
    if (err != ERR_OK)
        return not_started(connection, err, ret_failure);
    connection->peer = *from;
    connection->has_peer = true;
    connection_restart_timer(connection);
    connection_enter(connection, CONNECTION_LISTENING);
    return ERR_OK;
}

enum err connection_adopt(struct connection *connection, enum net_transport transport,
                          struct net_stream *stream, const struct net_address *from, uint16_t port)
{
    char host[ADDRESS_TEXT_MAX];
    enum err err;

    assert(connection->state == CONNECTION_CLOSED && stream != NULL);
    address_text(from, host);
    err = connection_rename(connection, host);
    if (err != ERR_OK)
        return err;
    connection->port = port;
    connection->transport = transport;
    connection->end = ERR_OK;
    connection->stream_err = ERR_OK;
    connection->peer = *from;
    connection->has_peer = true;
    connection->stream = stream;
    net_stream_bind(stream, on_stream_event, connection);
    if (connection->keep_alive.idle_s > 0)
        net_stream_keep_alive(stream, &connection->keep_alive);
    connection_enter(connection, CONNECTION_OPEN);
    connection_want(connection, NET_WANT_READ);
    return ERR_OK;
}

void connection_turn(struct connection *connection, const struct net_address *peer, uint16_t port)
{
    char host[ADDRESS_TEXT_MAX];

    assert(connection->state == CONNECTION_OPEN && connection->transport == NET_UDP);
    connection->peer = *peer;
    connection->port = port;
    address_text(peer, host);
    (void)connection_rename(connection, host); /* without memory the log has the one before */
}

void connection_tick(struct connection *connection)
{
    int64_t now_ms = connection->world->now_ms(connection->world->ctx);

    if (now_ms < connection->deadline_ms)
        return;
    if (connection->state == CONNECTION_OPEN)
        connection_look_for_memory(connection);
    else if (connection->state == CONNECTION_CONNECTING && now_ms < connection->open_until_ms)
        connect_next(connection, ERR_TIMEOUT);
    else if (connection->state == CONNECTION_CONNECTING)
        fail_to_connect(connection, ERR_TIMEOUT);
    else
        connection_fail_with(connection, ERR_TIMEOUT);
}
