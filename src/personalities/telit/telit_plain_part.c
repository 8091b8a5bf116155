/* telit_plain_part.c: what a plain socket's connection, its port and the time bring.
 *
 * Source: docs/facts/telit-plain-sockets.md §3 to §8.
 */
#include "personalities/telit/telit.h"

/* Telit's number for what stopped a dial. */
static int32_t dial_error(const struct connection_failure *failure)
{
    switch (failure->err) {
    case ERR_TIMEOUT:
        return FACT_ERROR_PLAIN_TIMEOUT;
    case ERR_BUSY:   /* its own port is taken, */
    case ERR_DENIED: /* or not for us */
        return FACT_ERROR_PLAIN_IN_USE;
    default:
        return failure->during == CONNECTION_RESOLVING ? FACT_ERROR_PLAIN_NAME
                                                       : FACT_ERROR_PLAIN_REFUSED;
    }
}

static void on_open(void *ctx)
{
    struct telit_plain *plain = ctx;
    struct at_session *at = plain->owner->at;

    telit_plain_expect(plain, PLAIN_WAITS_FOR_NOTHING);
    plain->own_port = connection_own_port(&plain->socket);
    if (plain->dial_online) {
        telit_plain_go_online(plain, at);
        at_finish(at, AT_CONNECT);
        return;
    }
    telit_plain_enter_command_mode(plain);
    if (!plain->in_background)
        at_finish(at, AT_OK);
}

/* A module may have any port of its own; this machine keeps some from a program.  What counts to a
 * host is the answer: it goes from another. */
static bool dials_from_any_port(struct telit_plain *plain, const struct connection_failure *failure)
{
    const struct connection *socket = &plain->socket;
    const struct connection_target target = { .host = socket->host,
                                              .port = socket->port,
                                              .transport = socket->transport,
                                              .step_timeout_ms = socket->step_timeout_ms,
                                              .total_timeout_ms = socket->total_timeout_ms };
    struct connection_failure again;

    if (failure->err != ERR_DENIED || socket->local_port == 0)
        return false;
    log_say(plain->modem->config.log, LOG_WARNING,
            "socket %d: lPort %u is not for this program: it dials from another port", plain->id,
            (unsigned)socket->local_port);
    return connection_open(&plain->socket, &target, &again) == ERR_OK;
}

static void on_failed(void *ctx, const struct connection_failure *failure)
{
    struct telit_plain *plain = ctx;
    struct at_session *at = plain->owner->at;

    if (dials_from_any_port(plain, failure))
        return;
    telit_plain_expect(plain, PLAIN_WAITS_FOR_NOTHING);
    if (plain->in_background) {
        plain->no_carrier = module_fact_is(plain->modem, FACT_PLAIN_FAILURE_IS_TOLD);
        at_poke(at);
    } else {
        at_finish(at, at_refuse_said(at, dial_error(failure)));
    }
}

static void on_data(void *ctx)
{
    struct telit_plain *plain = ctx;

    if (online_is_on(&plain->online)) {
        online_pump(&plain->online);
        return;
    }
    telit_plain_touch(plain);
    telit_plain_unread(plain); /* datagrams are taken at once, however long the port is not quiet */
    if (plain->waiting == PLAIN_WAITS_TO_SEND)
        telit_plain_send_on(plain);
    else
        at_poke(plain->owner->at);
}

static void on_writable(void *ctx)
{
    struct telit_plain *plain = ctx;

    if (online_is_on(&plain->online))
        online_writable(&plain->online);
    else if (plain->waiting == PLAIN_WAITS_TO_SEND)
        telit_plain_send_on(plain);
    else
        telit_plain_flush(plain);
}

static const struct connection_events events = {
    .on_open = on_open,
    .on_failed = on_failed,
    .on_data = on_data,
    .on_writable = on_writable,
};

/* ---- what its port says ---- */

/* Data that SRING shows comes before NO CARRIER; what the host is to read may stay behind it. */
static bool is_end_due(struct telit_plain *plain)
{
    size_t unread = telit_plain_unread(plain);

    if (unread == 0)
        return true;
    return plain->settings.ring_mode < 2 &&
           !module_fact_is(plain->modem, FACT_PLAIN_END_WAITS_FOR_READING);
}

static void notice_end(struct telit_plain *plain)
{
    struct connection_failure failure;

    if (plain->end_told || !connection_has_ended(&plain->socket, &failure) || !is_end_due(plain))
        return;
    plain->tally.cause = failure.err == ERR_OK ? CAUSE_PEER : CAUSE_ABORT;
    plain->no_carrier = true;
    if (telit_plain_unread(plain) == 0)
        telit_plain_close(plain);
    else
        plain->end_told = true;
}

static void say_no_carrier(struct telit_plain *plain)
{
    struct at_session *at = plain->owner->at;
    int32_t mode = plain->settings.no_carrier_mode;
    const char *head = mode != 0 ? module_fact_text(plain->modem, FACT_PLAIN_NO_CARRIER_HEAD) : "";

    plain->no_carrier = false;
    switch (mode) {
    case 1:
        at_unsolicited(at, span_at(NULL, 0), "%s%d", head, plain->id);
        break;
    case 2:
        at_unsolicited(at, span_at(NULL, 0), "%s%d,%d", head, plain->id, (int)plain->tally.cause);
        break;
    default:
        at_unsolicited_no_carrier(at);
        break;
    }
}

static void on_quiet(struct module_terminal *terminal, void *state)
{
    struct telit_plain *plain = state;

    if (plain->owner != terminal)
        return;
    if (telit_plain_is_called(plain))
        telit_plain_tell_call(plain);
    if (connection_is_open(&plain->socket) && !online_is_on(&plain->online)) {
        telit_plain_ring(plain);
        if (at_may_speak(terminal->at))
            notice_end(plain);
    }
    if (plain->no_carrier && at_may_speak(terminal->at))
        say_no_carrier(plain);
    if (plain->aborted && at_may_speak(terminal->at)) {
        plain->aborted = false;
        at_unsolicited(terminal->at, span_at(NULL, 0), "#SL%s: ABORTED",
                       plain->takes_datagrams ? "UDP" : "");
    }
}

/* ---- the part ---- */

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct telit_plain *plain = state;

    plain->id = (int)unit + 1;
    plain->modem = modem;
    plain->ring_timer_ms = plain->idle_until_ms = plain->send_until_ms = CLOCK_NEVER;
    connection_init(&plain->socket, plain->id, &modem->world, &events, plain,
                    (size_t)module_fact_peek(modem, FACT_PLAIN_BUFFER));
    if (plain->id == TELIT_SINGLE)
        connection_name(&plain->socket, "#SKTD");
    packets_init(&plain->packets, TELIT_PLAIN_PIECE);
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct telit_plain *plain = state;

    (void)modem;
    telit_plain_expect(plain, PLAIN_WAITS_FOR_NOTHING);
    connection_close(&plain->socket);
    telit_plain_stop_listening(plain); /* of one that is closed the senders, too */
    packets_clear(&plain->packets);
    connection_deinit(&plain->socket);
}

/* A prompt under way is PLAIN_WAITS_TO_SEND. */
static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct telit_plain *plain = state;

    (void)modem;
    return plain->socket.state == CONNECTION_CLOSED && telit_plain_is_free(plain) &&
           plain->waiting == PLAIN_WAITS_FOR_NOTHING && !plain->no_carrier && !plain->aborted;
}

/* A host has its OK of a dial that goes on. */
static bool owes(const struct tlsmodem *modem, const void *state)
{
    const struct telit_plain *plain = state;

    (void)modem;
    return plain->in_background && plain->socket.state != CONNECTION_CLOSED &&
           !connection_is_open(&plain->socket);
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct telit_plain *plain = state;
    int64_t deadline_ms = time_earlier(connection_deadline(&plain->socket), plain->idle_until_ms);

    (void)modem;
    deadline_ms = time_earlier(deadline_ms, plain->ring_timer_ms);
    deadline_ms = time_earlier(deadline_ms, plain->send_until_ms);
    deadline_ms = time_earlier(deadline_ms, online_deadline(&plain->online));
    return time_earlier(deadline_ms, packets_deadline(&plain->packets));
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct telit_plain *plain = state;
    int64_t now_ms = module_now(modem);

    if (now_ms >= connection_deadline(&plain->socket))
        connection_tick(&plain->socket);
    if (now_ms >= plain->send_until_ms)
        telit_plain_send_timeout(plain);
    telit_plain_online_tick(plain, now_ms);
    if (now_ms >= plain->idle_until_ms) {
        module_note_fact(modem, FACT_PLAIN_IDLE_IN_COMMAND_MODE);
        telit_plain_drop(plain, CAUSE_IDLE);
    }
    if (now_ms >= plain->ring_timer_ms) {
        plain->ring_timer_ms = CLOCK_NEVER;
        at_poke(plain->owner->at);
    }
}

/* &D1: back to command state.  &D2: the connection ends (V.250 6.2.9). */
static void on_dtr_drop(struct module_terminal *terminal, void *state)
{
    struct telit_plain *plain = state;

    if (!online_is_on(&plain->online) || plain->owner != terminal)
        return;
    if (terminal->settings.dtr == 1 && plain->id != TELIT_SINGLE)
        online_suspend(&plain->online);
    else
        telit_plain_drop(plain, CAUSE_NONE);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct telit_plain *plain = state;

    (void)modem;
    if (plain->cid == cid && plain->owner != NULL)
        telit_plain_drop(plain, CAUSE_NETWORK);
}

const struct module_part telit_plain_sockets = {
    .size = sizeof(struct telit_plain),
    .units = TELIT_SINGLE,
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
