/* fibocom_socket.c: one socket of +MIPOPEN and +MIPODM: its opening and its end.
 *
 * Source: examples of both SSL manuals; docs/facts/fibocom.md §2.2, §2.5.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/text.h"

#include <assert.h>

struct fibocom_socket *fibocom_socket_make(struct at_session *at, int32_t id)
{
    struct fibocom_socket *socket = module_part(module_of(at), &fibocom_sockets, (size_t)id - 1);

    assert(id >= 1 && id <= FIBOCOM_SOCKETS);
    if (socket == NULL)
        at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    return socket;
}

struct fibocom_socket *fibocom_socket_if(const struct at_session *at, int32_t id)
{
    assert(id >= 1 && id <= FIBOCOM_SOCKETS);
    return module_part_if(module_of(at), &fibocom_sockets, (size_t)id - 1);
}

const struct fibocom_socket *fibocom_socket_look(const struct at_session *at, int32_t id)
{
    static const struct fibocom_socket closed = { .connection.state = CONNECTION_CLOSED };
    const struct fibocom_socket *socket = fibocom_socket_if(at, id);

    return socket != NULL ? socket : &closed;
}

struct fibocom_socket *fibocom_socket_open(struct at_session *at, int32_t id)
{
    struct fibocom_socket *socket = fibocom_socket_if(at, id);

    if (socket != NULL && connection_is_open(&socket->connection) && !online_is_on(&socket->online))
        return socket;
    if (socket != NULL && online_is_on(&socket->online))
        at_refuse(at, FACT_ERROR_STATE, "socket %d is online on port %zu", (int)id,
                  socket->owner->index + 1);
    else
        at_refuse(at, FACT_ERROR_STATE, "socket %d is not open; AT+MIPOPEN first", (int)id);
    return NULL;
}

bool fibocom_socket_is_opening(const struct fibocom_socket *socket)
{
    return socket->connection.state != CONNECTION_CLOSED &&
           !connection_is_open(&socket->connection);
}

static bool awaits_result(const struct module_terminal *terminal)
{
    for (int32_t id = 1; id <= FIBOCOM_SOCKETS; id++) {
        const struct fibocom_socket *socket = fibocom_socket_look(terminal->at, id);

        if (socket->owner == terminal && fibocom_socket_is_opening(socket) &&
            socket->hold_until_ms != CLOCK_NEVER)
            return true;
    }
    return false;
}

bool fibocom_socket_holds_back(const struct module_terminal *terminal, bool has_news)
{
    const struct tlsmodem *modem = module_of(terminal->at);

    if (!awaits_result(terminal))
        return false;
    if (has_news)
        module_note_fact(modem, FACT_OPENING_HOLDS_MS);
    return true;
}

static void tell_odm_failed(const struct fibocom_socket *socket)
{
    struct at_session *at = socket->owner->at;

    at_info(at, "+MIPODM: %d,0", socket->id);
    if (at_is_busy(at))
        at_finish(at, AT_SILENT);
}

void fibocom_socket_tell_failed(struct fibocom_socket *socket)
{
    const struct tlsmodem *modem = socket->modem;
    struct at_session *at = socket->owner->at;

    assert(socket->owner != NULL);
    if (socket->transparent) {
        tell_odm_failed(socket);
        return;
    }
    at_urc(at, "+MIPOPEN%s %d,0",
           module_fact_is(modem, socket->secure ? FACT_OPEN_FAILED_HAS_COLON_TLS
                                                : FACT_OPEN_FAILED_HAS_COLON)
               ? ":"
               : "",
           socket->id);
    if (module_fact_is(modem, FACT_OPEN_FAILED_TELLS_STATE))
        at_urc(at, "+MIPSTAT: %d,1", socket->id);
}

void fibocom_socket_close(struct fibocom_socket *socket)
{
    connection_close(&socket->connection);
    packets_clear(&socket->packets);
    socket->told = 0;
    socket->hold_until_ms = CLOCK_NEVER;
    fibocom_send_enter(socket, SEND_NONE, NULL);
    online_forget(&socket->online);
    socket->lingers = false;
}

void fibocom_socket_fail_send(struct fibocom_socket *socket)
{
    struct at_session *at = socket->owner->at;

    assert(socket->owner != NULL);
    fibocom_send_enter(socket, SEND_NONE, NULL);
    at_finish(at, at_refuse(at, FACT_ERROR_STATE, "socket %d has closed", socket->id));
}

void fibocom_socket_hang_up(struct fibocom_socket *socket)
{
    bool opening = fibocom_socket_is_opening(socket);
    bool online = online_is_on(&socket->online), sending = socket->send_phase == SEND_WAITING;

    fibocom_socket_close(socket);
    if (opening && socket->transparent)
        tell_odm_failed(socket);
    else if (online)
        at_leave_online(socket->owner->at, AT_SILENT);
    else if (sending)
        fibocom_socket_fail_send(socket);
}

static void say_closed(struct at_session *at, const struct fibocom_socket *socket)
{
    int32_t fact = socket->secure ? FACT_CLOSE_TYPE_TLS : FACT_CLOSE_TYPE;

    at_urc(at, "+MIPCLOSE: %d,%d", socket->id, (int)module_fact(socket->modem, fact));
}

void fibocom_socket_close_for(struct fibocom_socket *socket, struct at_session *at)
{
    struct at_session *online = online_is_on(&socket->online) ? socket->owner->at : at;

    fibocom_socket_hang_up(socket);
    say_closed(at, socket);
    if (online != at) /* what its host types next is for the module again */
        say_closed(online, socket);
}

/* ---- +MIPOPEN, +MIPCLOSE, +MIPSTAT ---- */

enum { PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_TLS };

/* A socket and where it goes, on the way through fibocom_tls_lend(). */
struct opening {
    struct fibocom_socket *socket;
    struct connection_target *target;
};

static enum err open_with(void *ctx, const struct tls_config *tls)
{
    struct opening *opening = ctx;
    struct connection_failure failure;
    enum err err;

    opening->target->tls = tls;
    err = connection_open(&opening->socket->connection, opening->target, &failure);
    if (err != ERR_OK && tls != NULL)
        fibocom_tls_note(opening->socket->modem, &failure);
    return err;
}

bool fibocom_socket_begin(struct fibocom_socket *socket, struct at_session *at,
                          const struct at_args *args)
{
    char host[CONNECTION_HOST_MAX + 1] = { 0 };
    int32_t protocol =
        args->list[OPEN_PROTOCOL].given ? args->list[OPEN_PROTOCOL].number : PROTOCOL_TCP;
    struct connection_target target = {
        .host = host,
        .port = (uint16_t)args->list[OPEN_PORT].number,
        .local_port = (uint16_t)args->list[OPEN_LOCAL_PORT].number,
        .transport = protocol == PROTOCOL_UDP ? NET_UDP : NET_TCP,
        .step_timeout_ms = module_fact_peek(socket->modem, FACT_OPEN_STEP_MS),
        .total_timeout_ms = module_fact_peek(socket->modem, FACT_OPEN_TOTAL_MS),
    };
    struct opening opening = { socket, &target };

    assert(socket->connection.state == CONNECTION_CLOSED);
    memcpy(host, args->list[OPEN_HOST].text.data, args->list[OPEN_HOST].text.len);
    socket->owner = terminal_of(at);
    socket->secure = protocol == PROTOCOL_TLS;
    socket->lingers = false;
    socket->hold_until_ms =
        module_now(socket->modem) + module_fact_peek(socket->modem, FACT_OPENING_HOLDS_MS);
    if (socket->secure)
        return fibocom_tls_lend(socket->modem, open_with, &opening) == ERR_OK;
    return open_with(&opening, NULL) == ERR_OK;
}

enum at_status fibocom_socket_check(struct at_session *at, const struct fibocom_socket *socket)
{
    if (!fibocom_context(socket->modem)->active)
        return fibocom_refuse_offline(at);
    if (socket->connection.state != CONNECTION_CLOSED)
        return at_refuse(at, FACT_ERROR_STATE, "socket %d is in use; AT+MIPCLOSE=%d first",
                         socket->id, socket->id);
    return AT_OK;
}

/* OK comes at once, the result when there is one. */
static enum at_status set_open(struct at_session *at, const struct at_args *args)
{
    struct fibocom_socket *socket = fibocom_socket_make(at, args->list[OPEN_ID].number);

    if (socket == NULL || fibocom_socket_check(at, socket) != AT_OK)
        return AT_FAIL;
    socket->transparent = false;
    if (!fibocom_socket_begin(socket, at, args))
        fibocom_socket_tell_failed(socket);
    return AT_OK;
}

/* Lists the sockets that are free, or those that are not; 0 when there are none. */
static enum at_status list_sockets(struct at_session *at, bool free_ones)
{
    char list[3 * FIBOCOM_SOCKETS];
    struct text text;

    text_init(&text, list, sizeof(list));
    for (int id = 1; id <= FIBOCOM_SOCKETS; id++) {
        bool is_free = fibocom_socket_look(at, id)->connection.state == CONNECTION_CLOSED;

        if (is_free == free_ones)
            text_add(&text, "%s%d", text.len > 0 ? "," : "", id);
    }
    at_info(at, "%s: %s", at_row_name(at), text.len > 0 ? list : "0");
    return AT_OK;
}

static enum at_status read_open(struct at_session *at)
{
    return list_sockets(at, true);
}

static enum at_status read_close(struct at_session *at)
{
    return list_sockets(at, false);
}

/* A socket that the peer has ended can still be closed, once. */
static enum at_status set_close(struct at_session *at, const struct at_args *args)
{
    struct fibocom_socket *socket = fibocom_socket_if(at, args->list[0].number);

    if (socket == NULL || (socket->connection.state == CONNECTION_CLOSED && !socket->lingers))
        return at_refuse(at, FACT_ERROR_STATE, "socket %d is not open", (int)args->list[0].number);
    packets_flush(&socket->packets, &socket->connection);
    fibocom_socket_close_for(socket, at);
    return AT_OK;
}

static enum at_status read_state(struct at_session *at)
{
    for (int id = 1; id <= FIBOCOM_SOCKETS; id++) {
        const struct fibocom_socket *socket = fibocom_socket_look(at, id);

        if (connection_is_open(&socket->connection))
            at_info(at, "+MIPSTAT: %d,%d", id,
                    socket->connection.state == CONNECTION_ENDED ? STATE_CLOSED_BY_PEER
                                                                 : STATE_FINE);
    }
    return AT_OK;
}

static const struct at_param open_params[] = {
    FIBOCOM_SOCKET_ID,
    { .name = "source_port", .optional = true, .max = 65535 },
    { .name = "remote_IP",
      .type = AT_STRING,
      .min = 1,
      .max = CONNECTION_HOST_MAX,
      .values = "(url)" },
    { .name = "remote_port", .min = 1, .max = 65535 },
    { .name = "protocol", .optional = true, .max = 2 },
};
static const struct at_param close_params[] = {
    FIBOCOM_SOCKET_ID,
    { .name = "n", .optional = true, .max = 1 },
};

static const struct at_command rows[] = {
    { .name = "+MIPOPEN",
      .help =
          "Opens a socket: protocol 0 TCP, 1 UDP, 2 TLS.  OK at once, +MIPOPEN when it is open.",
      .source = "SSL V1.1.4 §2.6",
      AT_PARAMS(open_params),
      .set = set_open,
      .read = read_open },
    { .name = "+MIPCLOSE",
      .help = "Closes a socket.",
      .source = "SSL V1.1.4 §2.6",
      AT_PARAMS(close_params),
      .set = set_close,
      .read = read_close },
    { .name = "+MIPSTAT",
      .help = "State of the open sockets.",
      .source = "docs/facts/fibocom.md §2.5",
      .read = read_state },
};
const struct at_commands fibocom_socket = AT_COMMANDS(rows);
