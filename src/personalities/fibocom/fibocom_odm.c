/* fibocom_odm.c: +MIPODM: a socket that is the port's other side until the escape sequence.
 *
 * Source: docs/facts/fibocom.md §2.5.
 */
#include "personalities/fibocom/fibocom.h"

/* After the peer's end the host gets what is left, then its port back. */
static void check_end(struct fibocom_socket *socket)
{
    struct connection_failure failure;

    if (!socket->online || !connection_has_ended(&socket->connection, &failure) ||
        connection_available(&socket->connection) > 0)
        return;
    socket->online = false;
    at_leave_online(socket->owner->at, AT_SILENT); /* and +MIPSTAT, as for any socket */
}

void fibocom_odm_pump(struct fibocom_socket *socket)
{
    struct at_session *at = socket->owner->at;

    while (socket->online) {
        size_t room;
        uint8_t *tail = at_output_tail(at, &room);
        size_t got;

        if (room == 0) {
            connection_pause(&socket->connection);
            return;
        }
        got = connection_read(&socket->connection, tail, room);
        if (got == 0)
            break;
        at_output_commit(at, got);
    }
    check_end(socket);
}

static size_t on_input(void *ctx, struct span bytes)
{
    struct fibocom_socket *socket = ctx;
    size_t sent = 0;

    if (socket->connection.state == CONNECTION_OPEN)
        sent = connection_write(&socket->connection, bytes);
    if (socket->connection.state == CONNECTION_OPEN)
        return sent;
    fibocom_odm_pump(socket);
    return bytes.len; /* nobody is there to get it */
}

static void on_escape(void *ctx)
{
    struct fibocom_socket *socket = ctx;

    socket->online = false;
    connection_set_buffering(&socket->connection, socket->connection.transport == NET_TCP);
    at_finish(socket->owner->at, AT_OK);
}

static void on_room(void *ctx)
{
    fibocom_odm_pump(ctx);
}

void fibocom_odm_writable(struct fibocom_socket *socket)
{
    at_unblock(socket->owner->at);
}

void fibocom_odm_opened(struct fibocom_socket *socket)
{
    const struct at_online online = {
        .on_input = on_input, .on_escape = on_escape, .on_room = on_room, .ctx = socket
    };
    struct at_session *at = socket->owner->at;

    at_info(at, "+MIPODM: %d,1", socket->id);
    socket->online = true;
    at_online(at, &online);
    at_finish_online(at);
}

void fibocom_odm_failed(struct fibocom_socket *socket)
{
    struct at_session *at = socket->owner->at;

    at_info(at, "+MIPODM: %d,0", socket->id);
    if (at_is_busy(at))
        at_finish(at, AT_SILENT);
}

void fibocom_odm_leave(struct fibocom_socket *socket)
{
    socket->online = false;
    connection_set_buffering(&socket->connection, socket->connection.transport == NET_TCP);
    at_leave_online(socket->owner->at, AT_OK);
}

/* 0 closes what +MIPODM has opened. */
static enum at_status close_all(struct at_session *at)
{
    for (int id = 1; id <= FIBOCOM_SOCKETS; id++) {
        struct fibocom_socket *socket = fibocom_socket_if(at, id);

        if (socket == NULL || !socket->transparent || socket->connection.state == CONNECTION_CLOSED)
            continue;
        fibocom_socket_close_for(socket, at);
    }
    return AT_OK;
}

static void on_abort(struct at_session *at, void *ctx)
{
    (void)at;
    fibocom_socket_hang_up(ctx); /* and says so */
}

/* OK comes at once; the port waits for the result, since what follows it is the peer's. */
static enum at_status set_odm(struct at_session *at, const struct at_args *args)
{
    struct fibocom_socket *socket;

    if (args->list[OPEN_ID].number == 0)
        return close_all(at);
    if (!args->list[OPEN_HOST].given || !args->list[OPEN_PORT].given)
        return at_fail(at, FACT_ERROR_SYNTAX);
    socket = fibocom_socket_make(at, args->list[OPEN_ID].number);
    if (socket == NULL || fibocom_socket_check(at, socket) != AT_OK)
        return AT_FAIL;
    socket->transparent = true;
    at_result(at, AT_OK);
    if (fibocom_socket_begin(socket, at, args)) {
        at_await(at, on_abort, socket);
        return AT_LATER;
    }
    fibocom_odm_failed(socket);
    return AT_SILENT;
}

static const struct at_param odm_params[] = {
    { .name = "socket_id", .max_limit = LIMIT_SOCKETS },
    { .name = "source_port", .optional = true, .max = 65535 },
    { .name = "remote_IP",
      .type = AT_STRING,
      .optional = true,
      .min = 1,
      .max = CONNECTION_HOST_MAX,
      .values = "(url)" },
    { .name = "remote_port", .optional = true, .min = 1, .max = 65535 },
    { .name = "protocol", .optional = true, .max = 2 },
};

static const struct at_command rows[] = {
    { .name = "+MIPODM",
      .help = "Opens a socket in transparent mode, which the escape sequence leaves; 0 closes it.",
      .source = "docs/facts/fibocom.md §2.5",
      AT_PARAMS(odm_params),
      .set = set_odm },
};
const struct at_commands fibocom_odm = AT_COMMANDS(rows);
