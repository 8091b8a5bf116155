/* fibocom_odm.c: +MIPODM: a socket that is the port's other side until the escape sequence.
 *
 * Source: docs/facts/fibocom.md §2.5.
 */
#include "personalities/fibocom/fibocom.h"

#include <assert.h>

static struct fibocom_socket *socket_of(struct online *online)
{
    return (struct fibocom_socket *)online;
}

static struct connection *connection(struct online *online)
{
    return &socket_of(online)->connection;
}

static struct packet_rule datagram_rule(const struct fibocom_socket *socket)
{
    size_t most = (size_t)module_fact_peek(socket->modem, FACT_DATAGRAM_MAX);
    size_t cap = socket->packets.outbox.cap;

    return (struct packet_rule){
        .size = most < cap ? most : cap,
        .wait_ms = module_fact_peek(socket->modem, FACT_DATAGRAM_WAIT_MS),
    };
}

/* Of a stream what comes goes; over UDP what comes together is one datagram, however the port cuts
 * it. */
static size_t write(struct online *online, struct span bytes)
{
    struct fibocom_socket *socket = socket_of(online);
    const struct packet_rule rule = datagram_rule(socket);

    if (socket->connection.transport != NET_UDP)
        return connection_write(&socket->connection, bytes);
    if (outbox_len(&socket->packets.outbox) + bytes.len >= rule.size)
        module_note_fact(socket->modem, FACT_DATAGRAM_MAX);
    return packets_put(&socket->packets, &socket->connection, &rule, bytes);
}

static bool flush(struct online *online)
{
    return packets_flush(&socket_of(online)->packets, connection(online));
}

static void on_end(struct online *online, const struct connection_failure *failure)
{
    (void)failure;
    online_leave(online, AT_SILENT); /* and +MIPSTAT, as for any socket */
}

static void on_left(struct online *online)
{
    struct connection *left = connection(online);

    connection_set_buffering(left, left->transport == NET_TCP);
}

void fibocom_odm_opened(struct fibocom_socket *socket)
{
    static const struct online_ops ops = { .connection = connection,
                                           .write = write,
                                           .flush = flush,
                                           .on_end = on_end,
                                           .on_left = on_left };
    struct at_session *at = socket->owner->at;

    assert(socket->transparent && socket->owner != NULL);
    at_info(at, "+MIPODM: %d,1", socket->id);
    online_enter(&socket->online, &ops, at);
    at_finish_online(at);
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
        return at_refuse(at, FACT_ERROR_SYNTAX, "<remote_IP> and <remote_port> are missing");
    socket = fibocom_socket_make(at, args->list[OPEN_ID].number);
    if (socket == NULL || fibocom_socket_check(at, socket) != AT_OK)
        return AT_FAIL;
    socket->transparent = true;
    at_result(at, AT_OK);
    if (fibocom_socket_begin(socket, at, args)) {
        at_await(at, on_abort, socket);
        return AT_LATER;
    }
    fibocom_socket_tell_failed(socket);
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
