/* fibocom_socket_part.c: what a socket's connection, its port and the time bring.
 *
 * Source: examples of both SSL manuals; docs/facts/fibocom.md §2.2, §2.5.
 */
#include "personalities/fibocom/fibocom.h"

static bool is_udp(const struct fibocom_socket *socket)
{
    return socket->connection.transport == NET_UDP;
}

static bool is_sending(const struct fibocom_socket *socket)
{
    return socket->send_phase == SEND_WAITING;
}

static void on_open(void *ctx)
{
    struct fibocom_socket *socket = ctx;

    connection_set_buffering(&socket->connection, !is_udp(socket) && !socket->transparent);
    if (socket->transparent)
        fibocom_odm_opened(socket);
    else
        at_urc(socket->owner->at, "+MIPOPEN: %d,1", socket->id);
}

static void on_failed(void *ctx, const struct connection_failure *failure)
{
    struct fibocom_socket *socket = ctx;

    if (failure->err == ERR_TIMEOUT)
        module_note_fact(socket->modem, connection_is_out_of_time(&socket->connection)
                                            ? FACT_OPEN_TOTAL_MS
                                            : FACT_OPEN_STEP_MS);
    if (socket->secure)
        fibocom_tls_note(socket->modem, failure);
    fibocom_socket_tell_failed(socket);
}

static void on_data(void *ctx)
{
    struct fibocom_socket *socket = ctx;

    if (online_is_on(&socket->online)) {
        online_pump(&socket->online);
        return;
    }
    if (is_sending(socket))
        fibocom_send_go_on(socket);
    socket->unread = true;
    at_poke(socket->owner->at);
    if (socket->unread && connection_is_open(&socket->connection) && is_udp(socket))
        connection_pause(&socket->connection);
}

static void on_writable(void *ctx)
{
    struct fibocom_socket *socket = ctx;

    if (online_is_on(&socket->online))
        online_writable(&socket->online);
    else if (is_sending(socket))
        fibocom_send_go_on(socket);
    else
        packets_flush(&socket->packets, &socket->connection);
}

static const struct connection_events events = {
    .on_open = on_open,
    .on_failed = on_failed,
    .on_data = on_data,
    .on_writable = on_writable,
};

/* The connection is over and its last byte was read: +MIPSTAT, once. */
static void notice_end(struct fibocom_socket *socket)
{
    struct connection_failure failure;

    if (!connection_has_ended(&socket->connection, &failure) ||
        connection_available(&socket->connection) > 0)
        return;
    if (failure.err != ERR_OK && socket->secure)
        fibocom_tls_note(socket->modem, &failure);
    fibocom_socket_close(socket);
    socket->lingers = true;
    at_unsolicited(socket->owner->at, span_at(NULL, 0), "+MIPSTAT: %d,%d", socket->id,
                   failure.err == ERR_OK ? STATE_CLOSED_BY_PEER : STATE_BROKEN);
}

/* ---- the part ---- */

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct fibocom_socket *socket = state;

    socket->id = (int)unit + 1;
    socket->modem = modem;
    connection_init(&socket->connection, socket->id, &modem->world, &events, socket,
                    FIBOCOM_RECEIVED_BYTES);
    packets_init(&socket->packets, (size_t)module_fact_peek(modem, FACT_SEND_MAX));
    socket->send_until_ms = CLOCK_NEVER;
    socket->hold_until_ms = CLOCK_NEVER;
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct fibocom_socket *socket = state;

    (void)modem;
    fibocom_socket_close(socket);
    connection_deinit(&socket->connection);
}

/* Keep-alive is set for later connections too. */
static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct fibocom_socket *socket = state;

    (void)modem;
    return socket->connection.state == CONNECTION_CLOSED && !socket->lingers &&
           socket->send_phase == SEND_NONE && socket->prompts == 0 &&
           socket->connection.keep_alive.idle_s == 0;
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct fibocom_socket *socket = state;

    (void)modem;
    return time_earlier(
        time_earlier(connection_deadline(&socket->connection), socket->hold_until_ms),
        time_earlier(socket->send_until_ms, packets_deadline(&socket->packets)));
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct fibocom_socket *socket = state;

    if (module_now(modem) >= connection_deadline(&socket->connection))
        connection_tick(&socket->connection);
    if (packets_tick(&socket->packets, &socket->connection) && online_is_on(&socket->online)) {
        module_note_fact(modem, FACT_DATAGRAM_WAIT_MS);
        online_pump(&socket->online);
    }
    if (module_now(modem) >= socket->send_until_ms)
        fibocom_send_give_up(socket);
    if (module_now(modem) >= socket->hold_until_ms) {
        socket->hold_until_ms = CLOCK_NEVER;
        at_poke(socket->owner->at);
    }
}

static void on_quiet(struct module_terminal *terminal, void *state)
{
    struct fibocom_socket *socket = state;
    bool has_news = socket->unread || socket->connection.state == CONNECTION_ENDED;

    if (socket->owner != terminal || !connection_is_open(&socket->connection) ||
        fibocom_socket_holds_back(terminal, has_news))
        return;
    fibocom_receive_show(socket);
    notice_end(socket);
}

static void on_dtr_drop(struct module_terminal *terminal, void *state)
{
    struct fibocom_socket *socket = state;

    if (socket->owner == terminal && online_is_on(&socket->online))
        online_suspend(&socket->online);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct fibocom_socket *socket = state;
    bool opening = fibocom_socket_is_opening(socket);

    (void)modem;
    if (cid != CALL_CID || socket->connection.state == CONNECTION_CLOSED)
        return;
    if (opening && !socket->transparent)
        fibocom_socket_tell_failed(socket);
    else if (!opening)
        at_urc(socket->owner->at, "+MIPSTAT: %d,%d", socket->id, STATE_BROKEN);
    fibocom_socket_hang_up(socket);
}

/* Whether it is open now, and whether +MIPSEND's bytes are out. */
static bool owes(const struct tlsmodem *modem, const void *state)
{
    const struct fibocom_socket *socket = state;

    (void)modem;
    return fibocom_socket_is_opening(socket) || is_sending(socket);
}

const struct module_part fibocom_sockets = {
    .size = sizeof(struct fibocom_socket),
    .units_limit = LIMIT_SOCKETS,
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .owes = owes,
    .deadline = deadline,
    .tick = tick,
    .on_quiet = on_quiet,
    .on_dtr_drop = on_dtr_drop,
    .on_context_down = on_context_down,
};
