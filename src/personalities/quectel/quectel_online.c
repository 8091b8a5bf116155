/* quectel_online.c: transparent mode: a port that is its socket's, +++, ATO, DTR.
 *
 * Source: docs/facts/quectel.md §1.9, §2.5; +QITCFG §2.2.
 */
#include "personalities/quectel/quectel.h"

#include "personalities/common/data_call.h"

#include <assert.h>

enum { DECISECOND_MS = 100 };

static const struct quectel_settings *settings_of(const struct quectel_socket *socket)
{
    return &((const struct quectel *)socket->modem->maker)->settings;
}

static struct quectel_socket *socket_of(struct online *online)
{
    return ((struct quectel_link *)online)->connection.ctx;
}

static struct connection *connection(struct online *online)
{
    return &((struct quectel_link *)online)->connection;
}

static size_t read(struct online *online, uint8_t *buf, size_t cap)
{
    return quectel_socket_read(socket_of(online), buf, cap);
}

static size_t available(struct online *online)
{
    quectel_socket_collect(socket_of(online));
    return quectel_socket_available(socket_of(online));
}

static size_t write(struct online *online, struct span bytes)
{
    struct quectel_socket *socket = socket_of(online);
    const struct quectel_settings *settings = settings_of(socket);
    const struct packet_rule rule = {
        .size = (size_t)settings->transparent_size,
        .wait_ms = (int64_t)settings->transparent_wait * DECISECOND_MS,
    };
    struct packets *packets = &socket->link->packets;
    size_t taken;

    if (outbox_len(&packets->outbox) + bytes.len >= rule.size)
        module_note_preset(socket->modem, FACT_TRANSPARENT_SIZE_PRESET);
    taken = packets_put(packets, &socket->link->connection, &rule, bytes);
    socket->sent += taken;
    return taken;
}

static bool flush(struct online *online)
{
    return quectel_socket_flush(socket_of(online));
}

static void on_end(struct online *online, const struct connection_failure *failure)
{
    struct quectel_socket *socket = socket_of(online);

    (void)failure;
    quectel_online_end(socket);
    quectel_socket_end(socket);
}

static void on_left(struct online *online)
{
    quectel_socket_buffer(socket_of(online));
}

static void go_online(struct quectel_socket *socket)
{
    static const struct online_ops ops = { .connection = connection,
                                           .read = read,
                                           .available = available,
                                           .write = write,
                                           .flush = flush,
                                           .on_end = on_end,
                                           .on_left = on_left };

    socket->announced = false;
    if (socket->news == NEWS_OPENED)
        quectel_socket_note(socket,
                            NEWS_NONE); /* a host was faster with ATO: one CONNECT says it */
    online_enter(&socket->link->online, &ops, socket->owner->at);
    if (settings_of(socket)->transparent_escape == 0)
        at_ignore_escape(socket->owner->at);
}

void quectel_online_enter(struct quectel_socket *socket)
{
    assert(socket->transparent && socket->link != NULL);
    go_online(socket);
    at_unsolicited_connect(socket->owner->at);
}

bool quectel_online_is_on(const struct quectel_socket *socket)
{
    return socket->link != NULL && online_is_on(&socket->link->online);
}

void quectel_online_tick(struct quectel_socket *socket)
{
    if (socket->link != NULL && packets_tick(&socket->link->packets, &socket->link->connection) &&
        quectel_online_is_on(socket))
        online_pump(&socket->link->online);
}

void quectel_online_leave(struct quectel_socket *socket)
{
    assert(socket->owner != NULL);
    if (socket->link != NULL)
        online_forget(&socket->link->online);
    at_leave_online(socket->owner->at, AT_SILENT);
}

void quectel_online_end(struct quectel_socket *socket)
{
    at_result_text(socket->owner->at, module_fact_text(socket->modem, FACT_TRANSPARENT_END));
    quectel_online_leave(socket);
}

/* ---- ATO ---- */

bool quectel_has_transparent(struct at_session *at)
{
    for (size_t i = 0; i < QUECTEL_SOCKET_UNITS; i++) {
        const struct quectel_socket *socket = quectel_socket_in(module_of(at), i);

        if (socket != NULL && socket->transparent && socket->owner == terminal_of(at))
            return true;
    }
    return false;
}

static bool can_resume(const struct quectel_socket *socket)
{
    return socket->transparent &&
           (socket->state == SOCKET_CONNECTED || socket->state == SOCKET_REMOTE_CLOSING);
}

static enum at_status set_resume(struct at_session *at, const struct at_args *args)
{
    (void)args;
    if (data_call_is_left(at))
        return data_call_resume(at);
    for (size_t i = 0; i < QUECTEL_SOCKET_UNITS; i++) {
        struct quectel_socket *socket = quectel_socket_in(module_of(at), i);

        if (socket == NULL || !can_resume(socket) || socket->owner != terminal_of(at))
            continue;
        go_online(socket);
        return AT_CONNECT;
    }
    return AT_NO_CARRIER;
}

static const struct at_param resume_params[] = { { .name = "n", .max = 255 } };

static const struct at_command rows[] = {
    { .name = "O",
      .basic = true,
      .help = "Returns to a data call or transparent mode, which +++ has left.",
      .source = "V.250 6.3.7; docs/facts/quectel.md §2.5",
      AT_PARAMS(resume_params),
      .set = set_resume },
};
const struct at_commands quectel_online_rows = AT_COMMANDS(rows);
