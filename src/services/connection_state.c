/* connection_state.c: what a connection is, its time limits, and its end.  The data path is in
 * connection_data.c, TLS in connection_tls.c, and how it opens, on top of all, in
 * connection_open.c.
 */
#include "services/connection_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_names[] = {
#define CONNECTION_NAME(name) [name] = #name,
    CONNECTION_STATES(CONNECTION_NAME)
#undef CONNECTION_NAME
};

void connection_enter(struct connection *connection, enum connection_state next)
{
    assert(next <= CONNECTION_ENDED);
    connection_trace(connection, TRACE_SOCKET, "%s -> %s", state_names[connection->state],
                     state_names[next]);
    connection->state = next;
}

void connection_restart_timer(struct connection *connection)
{
    int64_t now_ms = connection->world->now_ms(connection->world->ctx);

    assert(connection->step_timeout_ms > 0);
    connection->deadline_ms =
        time_earlier(now_ms + connection->step_timeout_ms, connection->open_until_ms);
}

void connection_start_total(struct connection *connection)
{
    int64_t now_ms = connection->world->now_ms(connection->world->ctx);

    connection->open_until_ms =
        connection->total_timeout_ms != 0 ? now_ms + connection->total_timeout_ms : CLOCK_NEVER;
}

void connection_init(struct connection *connection, int id, const struct connection_world *world,
                     const struct connection_events *events, void *ctx, size_t received_cap)
{
    assert(world != NULL && events->on_open != NULL && events->on_failed != NULL);
    assert(events->on_data != NULL && events->on_writable != NULL);
    *connection = (struct connection){
        .world = world, .events = events, .ctx = ctx, .id = id, .received_cap = received_cap
    };
    connection->deadline_ms = CLOCK_NEVER;
}

void connection_free_received(struct connection *connection)
{
    if (connection->received.memory != NULL)
        wipe(connection->received.memory, connection->received.cap);
    free(connection->received.memory);
    ring_init(&connection->received, NULL, 0);
}

void connection_forget_offer(struct connection *connection)
{
    if (connection->offer != NULL)
        wipe(connection->offer->memory, connection->offer->size);
    free(connection->offer);
    connection->offer = NULL;
}

void connection_free_others(struct connection *connection)
{
    free(connection->others);
    connection->others = NULL;
    connection->other_count = connection->other_next = 0;
}

enum err connection_rename(struct connection *connection, const char *host)
{
    size_t size = strlen(host) + 1;
    char *copy = malloc(size);

    assert(host != NULL);
    if (copy == NULL)
        return ERR_NO_MEMORY;
    memcpy(copy, host, size);
    free(connection->host);
    connection->host = copy;
    return ERR_OK;
}

void connection_name(struct connection *connection, const char *kind)
{
    connection->kind = kind;
}

bool connection_is_open(const struct connection *connection)
{
    return connection->state == CONNECTION_OPEN || connection->state == CONNECTION_ENDED;
}

bool connection_is_out_of_time(const struct connection *connection)
{
    return connection->world->now_ms(connection->world->ctx) >= connection->open_until_ms;
}

struct connection_failure connection_end(const struct connection *connection)
{
    struct connection_failure failure = { .err = connection->end, .tls = { .alert = -1 } };

    if (failure.err == ERR_TLS)
        failure.tls = *tls_session_failure(connection->session);
    return failure;
}

bool connection_has_ended(const struct connection *connection,
                          struct connection_failure *ret_failure)
{
    if (connection->state != CONNECTION_ENDED)
        return false;
    *ret_failure = connection_end(connection);
    return true;
}

void connection_want(struct connection *connection, unsigned events)
{
    assert(connection->stream != NULL || connection->wanted == events);
    if (connection->wanted == events)
        return;
    connection->wanted = events;
    net_stream_want(connection->stream, events);
}

void connection_drop_stream(struct connection *connection)
{
    if (connection->stream != NULL)
        net_stream_close(connection->stream);
    connection->stream = NULL;
    connection->wanted = 0;
}

void connection_stop_listening(struct connection *connection)
{
    if (connection->listener != NULL)
        net_unlisten(connection->listener);
    connection->listener = NULL;
}

void connection_free_session(struct connection *connection)
{
    tls_session_free(connection->session);
    connection->session = NULL;
    free(connection->session_log);
    connection->session_log = NULL;
}

void connection_release(struct connection *connection)
{
    if (connection->query != NULL)
        net_cancel(connection->query);
    connection->query = NULL;
    connection_stop_listening(connection);
    connection_free_session(connection);
    connection_forget_offer(connection);
    connection_drop_stream(connection);
    connection->deadline_ms = CLOCK_NEVER;
    connection->write_blocked = false;
    connection->paused = false;
    connection->starved = false;
    connection->half_open = connection->finished = false;
    connection_free_others(connection);
    connection_free_received(connection);
}

void connection_lose(struct connection *connection, size_t len, size_t kept)
{
    assert(kept < len);
    if (connection->cut_count++ == 0)
        connection_say(connection, LOG_WARNING,
                       "the host gets %zu bytes of a datagram of %zu, the others are lost; such "
                       "are counted from now on",
                       kept, len);
    connection->cut_bytes += len - kept;
}

void connection_say_lost(struct connection *connection)
{
    if (connection->cut_count > 1)
        connection_say(connection, LOG_WARNING,
                       "%u datagrams were too long, %llu bytes of them are lost",
                       (unsigned)connection->cut_count, (unsigned long long)connection->cut_bytes);
    connection->cut_count = 0;
    connection->cut_bytes = 0;
}

void connection_close(struct connection *connection)
{
    if (connection->state == CONNECTION_CLOSED)
        return;
    if (connection->state == CONNECTION_OPEN && connection->session != NULL)
        tls_session_shutdown(connection->session);
    connection_say_lost(connection);
    connection_release(connection);
    connection_enter(connection, CONNECTION_CLOSED);
}

void connection_deinit(struct connection *connection)
{
    connection_close(connection);
    free(connection->host);
    connection->host = NULL;
}

void connection_fail(struct connection *connection, const struct connection_failure *failure)
{
    struct connection_failure copy = *failure;

    assert(connection->state != CONNECTION_CLOSED);
    if (copy.during == CONNECTION_CLOSED)
        copy.during = connection->state;
    connection_say_failure(connection, &copy);
    connection_close(connection);
    connection->events->on_failed(connection->ctx, &copy);
}

void connection_fail_with(struct connection *connection, enum err err)
{
    connection_fail(connection, &(struct connection_failure){ .err = err, .tls = { .alert = -1 } });
}

void connection_keep_alive(struct connection *connection, const struct net_keep_alive *probes)
{
    assert(probes != NULL);
    connection->keep_alive = *probes;
    if (connection_is_open(connection) && connection->stream != NULL)
        net_stream_keep_alive(connection->stream, probes);
}

const struct net_address *connection_peer(const struct connection *connection)
{
    assert(connection->has_peer);
    return &connection->peer;
}

uint16_t connection_own_port(const struct connection *connection)
{
    struct net_address address;
    uint16_t port;

    if (connection->stream == NULL ||
        net_stream_local(connection->stream, &address, &port) != ERR_OK)
        return 0;
    return port;
}

int64_t connection_deadline(const struct connection *connection)
{
    return connection->deadline_ms;
}
