/* secure.c: opening a secure socket step by step, and its end.  The data path is in secure_data.c.
 */
#include "services/secure.h"

#include "services/secure_internal.h"

#include <stdio.h>
#include <string.h>

static const char *const state_names[] = {
#define SECURE_NAME(name) [name] = #name,
    SECURE_STATES(SECURE_NAME)
#undef SECURE_NAME
};

void secure_enter(struct secure_socket *socket, enum secure_state next)
{
    log_trace(socket->world->log, TRACE_SECURE, "socket %d: %s -> %s", socket->id,
              state_names[socket->state], state_names[next]);
    socket->state = next;
}

void secure_describe(const struct secure_failure *failure, char *text, size_t cap)
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

void secure_init(struct secure_socket *socket, int id, const struct secure_world *world,
                 const struct secure_events *events, void *ctx, uint8_t *received,
                 size_t received_cap)
{
    *socket = (struct secure_socket){ .world = world, .events = events, .ctx = ctx, .id = id };
    socket->deadline_ms = CLOCK_NEVER;
    ring_init(&socket->received, received, received_cap);
}

bool secure_is_open(const struct secure_socket *socket)
{
    return socket->state == SECURE_OPEN || socket->state == SECURE_ENDED;
}

bool secure_has_ended(const struct secure_socket *socket, struct secure_failure *ret_failure)
{
    if (socket->state != SECURE_ENDED)
        return false;
    *ret_failure = socket->end;
    return true;
}

static void restart_step_timer(struct secure_socket *socket)
{
    socket->deadline_ms = socket->world->now_ms(socket->world->ctx) + socket->step_timeout_ms;
}

void secure_want(struct secure_socket *socket, unsigned events)
{
    if (socket->wanted == events)
        return;
    socket->wanted = events;
    socket->world->net->ops->want(socket->stream, events);
}

void secure_drop_stream(struct secure_socket *socket)
{
    if (socket->stream != NULL)
        socket->world->net->ops->close(socket->stream);
    socket->stream = NULL;
    socket->wanted = 0;
}

static void release(struct secure_socket *socket)
{
    if (socket->query != NULL)
        socket->world->net->ops->cancel(socket->query);
    socket->query = NULL;
    if (socket->session != NULL)
        socket->provider->ops->free(socket->session);
    socket->session = NULL;
    secure_drop_stream(socket);
    socket->deadline_ms = CLOCK_NEVER;
    socket->write_blocked = false;
    socket->paused = false;
    wipe(socket->received.memory, socket->received.cap);
    ring_init(&socket->received, socket->received.memory, socket->received.cap);
}

void secure_close(struct secure_socket *socket)
{
    if (socket->state == SECURE_CLOSED)
        return;
    if (socket->state == SECURE_OPEN)
        socket->provider->ops->shutdown(socket->session);
    release(socket);
    secure_enter(socket, SECURE_CLOSED);
}

static void say_failure(const struct secure_socket *socket, const struct secure_failure *failure)
{
    char text[240];

    secure_describe(failure, text, sizeof(text));
    log_say(socket->world->log, LOG_WARNING, "secure socket %d: cannot open %s port %u: %s",
            socket->id, socket->host, (unsigned)socket->port, text);
}

static void fail(struct secure_socket *socket, const struct secure_failure *failure)
{
    struct secure_failure copy = *failure;

    copy.during = socket->state;
    say_failure(socket, &copy);
    secure_close(socket);
    socket->events->on_failed(socket->ctx, &copy);
}

static void fail_with(struct secure_socket *socket, enum err err)
{
    fail(socket, &(struct secure_failure){ .err = err, .tls = { .alert = -1 } });
}

static void shake_hands(struct secure_socket *socket)
{
    switch (socket->provider->ops->handshake(socket->session)) {
    case TLS_WANT_READ:
        secure_want(socket, NET_WANT_READ);
        return;
    case TLS_WANT_WRITE:
        secure_want(socket, NET_WANT_WRITE);
        return;
    case TLS_FAILED:
        fail(socket, &(struct secure_failure){
                         .err = ERR_TLS, .tls = *socket->provider->ops->failure(socket->session) });
        return;
    case TLS_DONE:
        break;
    }
    socket->deadline_ms = CLOCK_NEVER;
    socket->info = socket->provider->ops->info(socket->session);
    secure_enter(socket, SECURE_OPEN);
    secure_want(socket, NET_WANT_READ);
    socket->events->on_open(socket->ctx);
    if (socket->state == SECURE_OPEN)
        secure_on_readable(socket);
}

static void on_stream_event(void *ctx, enum net_event event, enum err err);

/* Tries the addresses of the name one after the other. */
static void connect_next(struct secure_socket *socket, enum err last_err)
{
    const struct net *net = socket->world->net;

    secure_drop_stream(socket);
    while (socket->address_next < socket->address_count) {
        const struct net_address *to = &socket->addresses[socket->address_next++];

        last_err = net->ops->connect(net->impl, to, socket->port, on_stream_event, socket,
                                     &socket->stream);
        if (last_err == ERR_OK) {
            restart_step_timer(socket);
            return;
        }
        socket->stream = NULL;
    }
    fail_with(socket, last_err);
}

static void on_connecting(struct secure_socket *socket, enum net_event event, enum err err)
{
    switch (event) {
    case NET_CONNECTED:
        restart_step_timer(socket);
        secure_enter(socket, SECURE_HANDSHAKING);
        shake_hands(socket);
        break;
    case NET_FAILED:
        log_trace(socket->world->log, TRACE_NET, "socket %d: address %zu of %zu: %s", socket->id,
                  socket->address_next, socket->address_count, err_text(err));
        connect_next(socket, err);
        break;
    case NET_READABLE:
    case NET_WRITABLE:
        break;
    }
}

static void on_stream_event(void *ctx, enum net_event event, enum err err)
{
    struct secure_socket *socket = ctx;

    socket->world->enter(socket->world->ctx);
    switch (socket->state) {
    case SECURE_CONNECTING:
        on_connecting(socket, event, err);
        break;
    case SECURE_HANDSHAKING:
        restart_step_timer(socket);
        shake_hands(socket);
        break;
    case SECURE_OPEN:
        if (event == NET_WRITABLE)
            secure_on_writable(socket);
        else
            secure_on_readable(socket);
        break;
    case SECURE_CLOSED:
    case SECURE_RESOLVING:
    case SECURE_ENDED:
        break;
    }
    socket->world->leave(socket->world->ctx);
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct secure_socket *socket = ctx;

    socket->world->enter(socket->world->ctx);
    socket->query = NULL;
    if (err != ERR_OK) {
        fail_with(socket, err);
    } else {
        socket->address_count = count < SECURE_ADDRESSES_MAX ? count : SECURE_ADDRESSES_MAX;
        socket->address_next = 0;
        memcpy(socket->addresses, list, socket->address_count * sizeof(list[0]));
        secure_enter(socket, SECURE_CONNECTING);
        connect_next(socket, ERR_RESOLVE);
    }
    socket->world->leave(socket->world->ctx);
}

static ptrdiff_t lower_recv(void *ctx, void *buf, size_t cap)
{
    struct secure_socket *socket = ctx;

    return socket->stream != NULL ? socket->world->net->ops->recv(socket->stream, buf, cap) : 0;
}

static ptrdiff_t lower_send(void *ctx, const void *data, size_t len)
{
    struct secure_socket *socket = ctx;

    if (socket->stream == NULL)
        return -ERR_RESET;
    return socket->world->net->ops->send(socket->stream, data, len);
}

static const struct tls *provider_for(const struct secure_world *world, enum tls_version version)
{
    for (size_t i = 0; i < world->tls_count; i++) {
        if (world->tls[i].ops->supports(version))
            return &world->tls[i];
    }
    return NULL;
}

static enum err open_session(struct secure_socket *socket, const struct secure_target *target,
                             struct tls_failure *ret_failure)
{
    struct tls_config config = target->tls;
    struct tls_lower lower = { lower_recv, lower_send, socket };

    config.server_name = socket->host;
    config.utc_s = socket->world->utc_s;
    config.utc_ctx = socket->world->ctx;
    config.log = socket->world->log;
    socket->provider = provider_for(socket->world, config.max_version);
    if (socket->provider == NULL) {
        ret_failure->reason = TLS_VERSION_MISSING;
        return ERR_UNSUPPORTED;
    }
    return socket->provider->ops->open(socket->provider->impl, &config, &lower, &socket->session,
                                       ret_failure);
}

/* An IPv6 address may stand in brackets, as in a URL. */
static void copy_host(struct secure_socket *socket, const char *host)
{
    size_t len = strlen(host);
    bool bracketed = len > 2 && host[0] == '[' && host[len - 1] == ']';

    snprintf(socket->host, sizeof(socket->host), "%.*s", (int)(bracketed ? len - 2 : len),
             bracketed ? host + 1 : host);
}

enum err secure_open(struct secure_socket *socket, const struct secure_target *target,
                     struct secure_failure *ret_failure)
{
    const struct net *net = socket->world->net;
    enum err err;

    *ret_failure = (struct secure_failure){ .tls = { .alert = -1 } };
    copy_host(socket, target->host);
    socket->port = target->port;
    socket->step_timeout_ms = target->step_timeout_ms;
    socket->end = (struct secure_failure){ .tls = { .alert = -1 } };
    err = open_session(socket, target, &ret_failure->tls);
    if (err == ERR_OK)
        err = net->ops->resolve(net->impl, socket->host, on_resolved, socket, &socket->query);
    if (err != ERR_OK) {
        ret_failure->err = err;
        say_failure(socket, ret_failure);
        release(socket);
        return err;
    }
    restart_step_timer(socket);
    secure_enter(socket, SECURE_RESOLVING);
    return ERR_OK;
}

int64_t secure_deadline(const struct secure_socket *socket)
{
    return socket->deadline_ms;
}

void secure_tick(struct secure_socket *socket)
{
    if (socket->world->now_ms(socket->world->ctx) < socket->deadline_ms)
        return;
    if (socket->state == SECURE_CONNECTING)
        connect_next(socket, ERR_TIMEOUT);
    else
        fail_with(socket, ERR_TIMEOUT);
}
