/* telit_ssl_part.c: what a secure socket's connection, its port and the time bring.
 *
 * Source: Telit 1vv0300989 r12 §4.1, §5.
 */
#include "personalities/telit/telit.h"

/* Telit's number for what stopped a dial. */
static int dial_error(const struct connection_failure *failure)
{
    if (failure->err == ERR_CREDENTIALS)
        return TELIT_SSL_CREDENTIALS;
    switch (failure->during) {
    case CONNECTION_RESOLVING:
        return TELIT_RESOLVE;
    case CONNECTION_CONNECTING:
        return FACT_ERROR_CONNECT;
    case CONNECTION_CLOSED:
    case CONNECTION_LISTENING:
    case CONNECTION_HANDSHAKING:
    case CONNECTION_OPEN:
    case CONNECTION_ENDED:
        break;
    }
    return TELIT_SSL_HANDSHAKE;
}

static void on_open(void *ctx)
{
    struct telit_ssl *ssl = ctx;
    struct at_session *at = ssl->slot->owner->at;

    telit_ssl_expect(ssl, WAIT_NOTHING);
    ssl->rung = 0;
    telit_session_on_open(ssl);
    if (ssl->dial_online) {
        telit_ssl_go_online(ssl, at);
        at_finish(at, AT_CONNECT);
    } else {
        connection_set_buffering(&ssl->socket, true);
        at_finish(at, AT_OK);
    }
}

/* What else a dial has failed by. */
static void note_failure(const struct telit_ssl *ssl, const struct connection_failure *failure)
{
    if (failure->err == ERR_TIMEOUT && connection_is_out_of_time(&ssl->socket))
        telit_note_total(ssl->modem, ssl->dial_step_ms);
}

static void on_failed(void *ctx, const struct connection_failure *failure)
{
    struct telit_ssl *ssl = ctx;
    struct at_session *at = ssl->slot->owner->at;

    telit_ssl_expect(ssl, WAIT_NOTHING);
    note_failure(ssl, failure);
    if (failure->err == ERR_TLS)
        telit_session_forget(ssl);
    at_finish(at, at_refuse_said(at, dial_error(failure)));
}

/* The connection is over and its last byte was read: NO CARRIER, once. */
static void notice_end(struct telit_ssl *ssl)
{
    struct connection_failure failure;

    if (!connection_has_ended(&ssl->socket, &failure) || connection_available(&ssl->socket) > 0)
        return;
    ssl->cause = failure.err == ERR_OK ? CAUSE_PEER : CAUSE_ABORT;
    ssl->no_carrier = true;
    telit_ssl_close(ssl);
}

static void on_data(void *ctx)
{
    struct telit_ssl *ssl = ctx;

    if (online_is_on(&ssl->online))
        online_pump(&ssl->online);
    else if (ssl->waiting == WAIT_NOTHING)
        at_poke(ssl->slot->owner->at);
    else
        telit_ssl_transfer_data(ssl);
}

static void on_writable(void *ctx)
{
    struct telit_ssl *ssl = ctx;

    if (online_is_on(&ssl->online))
        online_writable(&ssl->online);
    else if (ssl->waiting == WAIT_SEND)
        telit_ssl_transfer_writable(ssl);
    else
        telit_ssl_flush(ssl);
}

static const struct connection_events events = {
    .on_open = on_open,
    .on_failed = on_failed,
    .on_data = on_data,
    .on_writable = on_writable,
};

static void say_no_carrier(struct telit_ssl *ssl)
{
    struct at_session *at = ssl->slot->owner->at;
    int32_t mode = ssl->slot->settings.no_carrier_mode;
    const char *head = mode != 0 ? module_fact_text(ssl->modem, FACT_NO_CARRIER_HEAD) : "";

    ssl->no_carrier = false;
    switch (mode) {
    case 1:
        at_unsolicited(at, span_at(NULL, 0), "%s%d", head, ssl->id);
        break;
    case 2:
        at_unsolicited(at, span_at(NULL, 0), "%s%d,%d", head, ssl->id, (int)ssl->cause);
        break;
    default:
        at_unsolicited_no_carrier(at);
        break;
    }
}

/* ---- the part ---- */

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct telit_ssl *ssl = state;

    ssl->id = (int)unit + 1;
    ssl->wait_until_ms = CLOCK_NEVER;
    ssl->modem = modem;
    ssl->slot = &((struct telit *)modem->maker)->ssl[unit];
    connection_init(&ssl->socket, ssl->id, &modem->world, &events, ssl, TELIT_RECEIVED_BYTES);
    packets_init(&ssl->packets, TELIT_PACKET_MOST);
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct telit_ssl *ssl = state;

    (void)modem;
    telit_ssl_expect(ssl, WAIT_NOTHING);
    ssl->session.wanted = false;
    telit_ssl_close(ssl);
    telit_session_forget(ssl);
    connection_deinit(&ssl->socket);
}

/* A prompt under way is WAIT_SEND. */
static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct telit_ssl *ssl = state;

    (void)modem;
    return ssl->socket.state == CONNECTION_CLOSED && ssl->waiting == WAIT_NOTHING &&
           !ssl->no_carrier && !ssl->session.kept;
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct telit_ssl *ssl = state;
    int64_t deadline_ms =
        time_earlier(connection_deadline(&ssl->socket), telit_session_deadline(ssl));

    (void)modem;
    deadline_ms = time_earlier(deadline_ms, ssl->wait_until_ms);
    deadline_ms = time_earlier(deadline_ms, online_deadline(&ssl->online));
    return time_earlier(deadline_ms, packets_deadline(&ssl->packets));
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct telit_ssl *ssl = state;
    int64_t now_ms = module_now(modem);

    if (now_ms >= connection_deadline(&ssl->socket))
        connection_tick(&ssl->socket);
    if (now_ms >= ssl->wait_until_ms)
        telit_ssl_transfer_timeout(ssl);
    telit_session_tick(ssl, now_ms);
    telit_ssl_online_tick(ssl, now_ms);
}

static void on_quiet(struct module_terminal *terminal, void *state)
{
    struct telit_ssl *ssl = state;

    if (ssl->slot->owner != terminal)
        return;
    if (connection_is_open(&ssl->socket)) {
        telit_ssl_ring(ssl);
        notice_end(ssl);
    }
    if (ssl->no_carrier && at_may_speak(terminal->at))
        say_no_carrier(ssl);
}

/* &D1: back to command state.  &D2: the connection ends (V.250 6.2.9). */
static void on_dtr_drop(struct module_terminal *terminal, void *state)
{
    struct telit_ssl *ssl = state;

    if (!online_is_on(&ssl->online) || ssl->slot->owner != terminal)
        return;
    if (terminal->settings.dtr == 1)
        online_suspend(&ssl->online);
    else
        telit_ssl_drop(ssl, CAUSE_NONE);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct telit_ssl *ssl = state;

    (void)modem;
    if (ssl->slot->settings.cid == (int32_t)cid)
        telit_ssl_drop(ssl, CAUSE_NETWORK);
}

const struct module_part telit_secure_sockets = {
    .size = sizeof(struct telit_ssl),
    .units_limit = LIMIT_SECURE_SOCKETS,
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .deadline = deadline,
    .tick = tick,
    .on_quiet = on_quiet,
    .on_dtr_drop = on_dtr_drop,
    .on_context_down = on_context_down,
};
