/* connection_open.c: opening a connection step by step. */
#include "services/connection_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The stream is there: TLS, or nothing more to do. */
static void on_stream(struct connection *connection)
{
    if (connection->keep_alive.idle_s > 0)
        net_stream_keep_alive(connection->stream, &connection->keep_alive);
    if (connection->session == NULL) {
        connection_open_now(connection);
        return;
    }
    connection_restart_timer(connection);
    connection_enter(connection, CONNECTION_HANDSHAKING);
    connection_shake_hands(connection);
}

static void on_stream_event(void *ctx, enum net_event event, enum err err);

/* Tries the addresses of the name one after the other. */
static void connect_next(struct connection *connection, enum err last_err)
{
    struct net *net = connection->world->net;

    connection_drop_stream(connection);
    while (connection->address_next < connection->address_count) {
        struct net_target to = { .transport = connection->transport,
                                 .address = connection->addresses[connection->address_next++],
                                 .port = connection->port,
                                 .local_port = connection->local_port };

        last_err = net_connect(net, &to, on_stream_event, connection, &connection->stream);
        if (last_err == ERR_OK) {
            connection_restart_timer(connection);
            return;
        }
        connection->stream = NULL;
    }
    connection_fail_with(connection, last_err);
}

static void on_connecting(struct connection *connection, enum net_event event, enum err err)
{
    switch (event) {
    case NET_CONNECTED:
        on_stream(connection);
        break;
    case NET_FAILED:
        log_trace(connection->world->log, TRACE_NET, "socket %d: address %zu of %zu: %s",
                  connection->id, connection->address_next, connection->address_count,
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
        connection_restart_timer(connection);
        connection_shake_hands(connection);
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

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct connection *connection = ctx;

    connection->world->enter(connection->world->ctx);
    connection->query = NULL;
    if (err != ERR_OK) {
        connection_fail_with(connection, err);
    } else {
        connection->address_count =
            count < CONNECTION_ADDRESSES_MAX ? count : CONNECTION_ADDRESSES_MAX;
        connection->address_next = 0;
        memcpy(connection->addresses, list, connection->address_count * sizeof(list[0]));
        connection_enter(connection, CONNECTION_CONNECTING);
        connect_next(connection, ERR_RESOLVE);
    }
    connection->world->leave(connection->world->ctx);
}

/* An IPv6 address may stand in brackets, as in a URL.  False when it is too long. */
static bool copy_host(struct connection *connection, const char *host)
{
    size_t len = strlen(host);
    bool bracketed = len > 2 && host[0] == '[' && host[len - 1] == ']';

    if (bracketed)
        len -= 2;
    snprintf(connection->host, sizeof(connection->host), "%.*s",
             (int)(len <= CONNECTION_HOST_MAX ? len : CONNECTION_HOST_MAX),
             bracketed ? host + 1 : host);
    return len <= CONNECTION_HOST_MAX;
}

static bool make_room(struct connection *connection)
{
    size_t len = connection->received_cap + connection->unsent_cap;
    uint8_t *memory;

    if (len == 0)
        return true;
    memory = malloc(len);
    if (memory == NULL)
        return false;
    ring_init(&connection->received, connection->received_cap > 0 ? memory : NULL,
              connection->received_cap);
    connection->unsent = connection->unsent_cap > 0 ? memory + connection->received_cap : NULL;
    return true;
}

/* What the target says, and its TLS session if it has one. */
static enum err prepare(struct connection *connection, const struct connection_target *target,
                        struct connection_failure *ret_failure)
{
    bool fits = copy_host(connection, target->host);

    assert(connection->state == CONNECTION_CLOSED);
    *ret_failure = (struct connection_failure){ .tls = { .alert = -1 } };
    connection->port = target->port;
    connection->local_port = target->local_port;
    connection->transport = target->transport;
    connection->step_timeout_ms = target->step_timeout_ms;
    connection->total_timeout_ms = target->total_timeout_ms;
    connection_start_total(connection);
    connection->end = (struct connection_failure){ .tls = { .alert = -1 } };
    connection->stream_err = ERR_OK;
    if (!fits)
        return ERR_INVALID;
    if (!make_room(connection))
        return ERR_NO_MEMORY;
    if (target->tls == NULL)
        return ERR_OK;
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

    if (err == ERR_OK)
        err = net_resolve(net, connection->host, on_resolved, connection, &connection->query);
    if (err != ERR_OK)
        return not_started(connection, err, ret_failure);
    connection_restart_timer(connection);
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
    if (same_address(from, &connection->addresses[0])) {
        connection_stop_listening(connection);
        connection->stream = stream;
        connection->port = port;
        net_stream_bind(stream, on_stream_event, connection);
        on_stream(connection);
    } else {
        log_say(connection->world->log, LOG_WARNING,
                "socket %d: turned away a connection that was not the server's", connection->id);
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

    if (err == ERR_OK)
        err = net_listen(net, at, 0, on_accepted, connection, &connection->listener, ret_port);
    if (err != ERR_OK)
        return not_started(connection, err, ret_failure);
    connection->addresses[0] = *from;
    connection->address_count = 1;
    connection->address_next = 1;
    connection_restart_timer(connection);
    connection_enter(connection, CONNECTION_LISTENING);
    return ERR_OK;
}

void connection_tick(struct connection *connection)
{
    int64_t now_ms = connection->world->now_ms(connection->world->ctx);

    if (now_ms < connection->deadline_ms)
        return;
    if (connection->state == CONNECTION_CONNECTING && now_ms < connection->open_until_ms)
        connect_next(connection, ERR_TIMEOUT);
    else
        connection_fail_with(connection, ERR_TIMEOUT);
}
