/* connection.c: opening a connection step by step, and its end.  The data path is in
 * connection_data.c. */
#include "services/connection.h"

#include "services/connection_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const state_names[] = {
#define CONNECTION_NAME(name) [name] = #name,
    CONNECTION_STATES(CONNECTION_NAME)
#undef CONNECTION_NAME
};

void connection_enter(struct connection *connection, enum connection_state next)
{
    log_trace(connection->world->log, TRACE_SOCKET, "socket %d: %s -> %s", connection->id,
              state_names[connection->state], state_names[next]);
    connection->state = next;
}

void connection_describe(const struct connection_failure *failure, char *text, size_t cap)
{
    static const char *const reasons[] = {
#define REASON_TEXT(name, text) [name] = text,
        TLS_REASONS(REASON_TEXT)
#undef REASON_TEXT
    };
    const struct tls_failure *tls = &failure->tls;

    if (tls->reason == TLS_FINE)
        snprintf(text, cap, "%s", err_text(failure->err));
    else
        snprintf(text, cap, "%s%s%s%s", reasons[tls->reason], tls->detail[0] != '\0' ? " (" : "",
                 tls->detail, tls->detail[0] != '\0' ? ")" : "");
}

void connection_init(struct connection *connection, int id, const struct connection_world *world,
                     const struct connection_events *events, void *ctx, uint8_t *received,
                     size_t received_cap)
{
    *connection = (struct connection){ .world = world, .events = events, .ctx = ctx, .id = id };
    connection->deadline_ms = CLOCK_NEVER;
    ring_init(&connection->received, received, received_cap);
}

bool connection_is_open(const struct connection *connection)
{
    return connection->state == CONNECTION_OPEN || connection->state == CONNECTION_ENDED;
}

bool connection_has_ended(const struct connection *connection,
                          struct connection_failure *ret_failure)
{
    if (connection->state != CONNECTION_ENDED)
        return false;
    *ret_failure = connection->end;
    return true;
}

static void restart_step_timer(struct connection *connection)
{
    int64_t now_ms = connection->world->now_ms(connection->world->ctx);

    connection->deadline_ms =
        time_earlier(now_ms + connection->step_timeout_ms, connection->open_until_ms);
}

void connection_want(struct connection *connection, unsigned events)
{
    if (connection->wanted == events)
        return;
    connection->wanted = events;
    connection->world->net->ops->want(connection->stream, events);
}

void connection_drop_stream(struct connection *connection)
{
    if (connection->stream != NULL)
        connection->world->net->ops->close(connection->stream);
    connection->stream = NULL;
    connection->wanted = 0;
}

static void stop_listening(struct connection *connection)
{
    if (connection->listener != NULL)
        connection->world->net->ops->unlisten(connection->listener);
    connection->listener = NULL;
}

static void free_session(struct connection *connection)
{
    if (connection->session != NULL)
        connection->provider->ops->free(connection->session);
    connection->session = NULL;
}

static void release(struct connection *connection)
{
    if (connection->query != NULL)
        connection->world->net->ops->cancel(connection->query);
    connection->query = NULL;
    stop_listening(connection);
    free_session(connection);
    connection_drop_stream(connection);
    connection->deadline_ms = CLOCK_NEVER;
    connection->write_blocked = false;
    connection->paused = false;
    wipe(connection->received.memory, connection->received.cap);
    ring_init(&connection->received, connection->received.memory, connection->received.cap);
}

void connection_close(struct connection *connection)
{
    if (connection->state == CONNECTION_CLOSED)
        return;
    if (connection->state == CONNECTION_OPEN && connection->session != NULL)
        connection->provider->ops->shutdown(connection->session);
    release(connection);
    connection_enter(connection, CONNECTION_CLOSED);
}

static void say_failure(const struct connection *connection,
                        const struct connection_failure *failure)
{
    char text[240];

    connection_describe(failure, text, sizeof(text));
    log_say(connection->world->log, LOG_WARNING, "socket %d: cannot open %s port %u: %s",
            connection->id, connection->host, (unsigned)connection->port, text);
}

static void fail(struct connection *connection, const struct connection_failure *failure)
{
    struct connection_failure copy = *failure;

    copy.during = connection->state;
    say_failure(connection, &copy);
    connection_close(connection);
    connection->events->on_failed(connection->ctx, &copy);
}

static void fail_with(struct connection *connection, enum err err)
{
    fail(connection, &(struct connection_failure){ .err = err, .tls = { .alert = -1 } });
}

static void open_now(struct connection *connection)
{
    connection->deadline_ms = CLOCK_NEVER;
    connection_enter(connection, CONNECTION_OPEN);
    connection_want(connection, NET_WANT_READ);
    connection->events->on_open(connection->ctx);
    /* What came with the end of the handshake, the stream may not say again. */
    if (connection->state == CONNECTION_OPEN && connection->session != NULL)
        connection_on_readable(connection);
}

static void shake_hands(struct connection *connection)
{
    switch (connection->provider->ops->handshake(connection->session)) {
    case TLS_WANT_READ:
        connection_want(connection, NET_WANT_READ);
        return;
    case TLS_WANT_WRITE:
        connection_want(connection, NET_WANT_WRITE);
        return;
    case TLS_FAILED:
        fail(connection,
             &(struct connection_failure){
                 .err = ERR_TLS, .tls = *connection->provider->ops->failure(connection->session) });
        return;
    case TLS_DONE:
        break;
    }
    connection->info = connection->provider->ops->info(connection->session);
    open_now(connection);
}

/* The stream is there: TLS, or nothing more to do. */
static void on_stream(struct connection *connection)
{
    if (connection->session == NULL) {
        open_now(connection);
        return;
    }
    restart_step_timer(connection);
    connection_enter(connection, CONNECTION_HANDSHAKING);
    shake_hands(connection);
}

static void on_stream_event(void *ctx, enum net_event event, enum err err);

/* Tries the addresses of the name one after the other. */
static void connect_next(struct connection *connection, enum err last_err)
{
    const struct net *net = connection->world->net;

    connection_drop_stream(connection);
    while (connection->address_next < connection->address_count) {
        struct net_target to = { .transport = connection->transport,
                                 .address = connection->addresses[connection->address_next++],
                                 .port = connection->port,
                                 .local_port = connection->local_port };

        last_err =
            net->ops->connect(net->impl, &to, on_stream_event, connection, &connection->stream);
        if (last_err == ERR_OK) {
            restart_step_timer(connection);
            return;
        }
        connection->stream = NULL;
    }
    fail_with(connection, last_err);
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
        restart_step_timer(connection);
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

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct connection *connection = ctx;

    connection->world->enter(connection->world->ctx);
    connection->query = NULL;
    if (err != ERR_OK) {
        fail_with(connection, err);
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

static ptrdiff_t lower_recv(void *ctx, void *buf, size_t cap)
{
    struct connection *connection = ctx;

    return connection->stream != NULL
               ? connection->world->net->ops->recv(connection->stream, buf, cap)
               : 0;
}

static ptrdiff_t lower_send(void *ctx, const void *data, size_t len)
{
    struct connection *connection = ctx;

    if (connection->stream == NULL)
        return -ERR_RESET;
    return connection->world->net->ops->send(connection->stream, data, len);
}

static const struct tls *provider_for(const struct connection_world *world,
                                      enum tls_version version)
{
    for (size_t i = 0; i < world->tls_count; i++) {
        if (world->tls[i].ops->supports(version))
            return &world->tls[i];
    }
    return NULL;
}

static enum err open_session(struct connection *connection, const struct tls_config *tls,
                             struct tls_failure *ret_failure)
{
    struct tls_config config = *tls;
    struct tls_lower lower = { lower_recv, lower_send, connection };

    config.server_name = connection->host;
    config.utc_s = connection->world->utc_s;
    config.utc_ctx = connection->world->ctx;
    config.log = connection->world->log;
    connection->provider = provider_for(connection->world, config.max_version);
    if (connection->provider == NULL) {
        ret_failure->reason = TLS_VERSION_MISSING;
        return ERR_UNSUPPORTED;
    }
    return connection->provider->ops->open(connection->provider->impl, &config, &lower,
                                           &connection->session, ret_failure);
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

/* What the target says, and its TLS session if it has one. */
static enum err prepare(struct connection *connection, const struct connection_target *target,
                        struct connection_failure *ret_failure)
{
    int64_t now_ms = connection->world->now_ms(connection->world->ctx);
    bool fits = copy_host(connection, target->host);

    assert(connection->state == CONNECTION_CLOSED);
    *ret_failure = (struct connection_failure){ .tls = { .alert = -1 } };
    connection->port = target->port;
    connection->local_port = target->local_port;
    connection->transport = target->transport;
    connection->step_timeout_ms = target->step_timeout_ms;
    connection->open_until_ms =
        target->total_timeout_ms != 0 ? now_ms + target->total_timeout_ms : CLOCK_NEVER;
    connection->end = (struct connection_failure){ .tls = { .alert = -1 } };
    if (!fits)
        return ERR_INVALID;
    if (target->tls == NULL)
        return ERR_OK;
    if (target->transport != NET_TCP)
        return ERR_UNSUPPORTED;
    return open_session(connection, target->tls, &ret_failure->tls);
}

/* Ends an attempt that did not start; to be returned. */
static enum err not_started(struct connection *connection, enum err err,
                            struct connection_failure *ret_failure)
{
    ret_failure->err = err;
    say_failure(connection, ret_failure);
    release(connection);
    return err;
}

enum err connection_open(struct connection *connection, const struct connection_target *target,
                         struct connection_failure *ret_failure)
{
    const struct net *net = connection->world->net;
    enum err err = prepare(connection, target, ret_failure);

    if (err == ERR_OK)
        err = net->ops->resolve(net->impl, connection->host, on_resolved, connection,
                                &connection->query);
    if (err != ERR_OK)
        return not_started(connection, err, ret_failure);
    restart_step_timer(connection);
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
    const struct net *net = connection->world->net;

    connection->world->enter(connection->world->ctx);
    if (same_address(from, &connection->addresses[0])) {
        stop_listening(connection);
        connection->stream = stream;
        connection->port = port;
        net->ops->bind(stream, on_stream_event, connection);
        on_stream(connection);
    } else {
        log_say(connection->world->log, LOG_WARNING,
                "socket %d: turned away a connection that was not the server's", connection->id);
        net->ops->close(stream);
    }
    connection->world->leave(connection->world->ctx);
}

enum err connection_await(struct connection *connection, const struct connection_target *target,
                          const struct net_address *at, const struct net_address *from,
                          uint16_t *ret_port, struct connection_failure *ret_failure)
{
    const struct net *net = connection->world->net;
    enum err err = prepare(connection, target, ret_failure);

    if (err == ERR_OK)
        err = net->ops->listen(net->impl, at, 0, on_accepted, connection, &connection->listener,
                               ret_port);
    if (err != ERR_OK)
        return not_started(connection, err, ret_failure);
    connection->addresses[0] = *from;
    connection->address_count = 1;
    connection->address_next = 1;
    restart_step_timer(connection);
    connection_enter(connection, CONNECTION_LISTENING);
    return ERR_OK;
}

static enum err may_be_secured(const struct connection *connection)
{
    if (connection->state != CONNECTION_OPEN || connection->session != NULL ||
        connection->transport != NET_TCP)
        return ERR_STATE;
    return connection->received.len == 0 ? ERR_OK : ERR_INVALID;
}

enum err connection_secure(struct connection *connection, const struct tls_config *tls,
                           struct connection_failure *ret_failure)
{
    enum err err = may_be_secured(connection);

    *ret_failure = (struct connection_failure){ .tls = { .alert = -1 } };
    if (err == ERR_STATE)
        return err;
    if (err == ERR_OK)
        err = open_session(connection, tls, &ret_failure->tls);
    if (err != ERR_OK) {
        ret_failure->err = err;
        say_failure(connection, ret_failure);
        free_session(connection);
        return err;
    }
    connection->open_until_ms = CLOCK_NEVER;
    connection->write_blocked = false;
    connection->paused = false;
    restart_step_timer(connection);
    connection_enter(connection, CONNECTION_HANDSHAKING);
    connection_want(connection, NET_WANT_WRITE); /* the loop starts it: no event from in here */
    return ERR_OK;
}

void connection_keep_session(const struct connection *connection, struct connection_ticket *ticket)
{
    connection_forget_session(ticket);
    if (!connection_is_open(connection) || connection->session == NULL ||
        connection->end.err == ERR_TLS)
        return;
    ticket->provider = connection->provider;
    ticket->ticket = connection->provider->ops->ticket(connection->session);
}

void connection_forget_session(struct connection_ticket *ticket)
{
    if (ticket->ticket != NULL)
        ticket->provider->ops->ticket_free(ticket->ticket);
    *ticket = (struct connection_ticket){ 0 };
}

const struct net_address *connection_peer(const struct connection *connection)
{
    return &connection->addresses[connection->address_next - 1];
}

int64_t connection_deadline(const struct connection *connection)
{
    return connection->deadline_ms;
}

void connection_tick(struct connection *connection)
{
    int64_t now_ms = connection->world->now_ms(connection->world->ctx);

    if (now_ms < connection->deadline_ms)
        return;
    if (connection->state == CONNECTION_CONNECTING && now_ms < connection->open_until_ms)
        connect_next(connection, ERR_TIMEOUT);
    else
        fail_with(connection, ERR_TIMEOUT);
}
