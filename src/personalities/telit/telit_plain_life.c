/* telit_plain_life.c: one plain socket: who may use it, what is known of it, and its end.
 *
 * Source: docs/facts/telit-plain-sockets.md §3, §6.
 */
#include "personalities/telit/telit.h"

#include "services/address_text.h"

#include <assert.h>

enum { SECOND_MS = 1000 };

/* ---- what is known of one that is closed ---- */

static bool is_forgotten(const struct tlsmodem *modem, const void *state)
{
    const struct telit_plain_tally *tally = state;

    (void)modem;
    return tally->sent == 0 && tally->received == 0 && tally->cause == CAUSE_NONE;
}

const struct module_part telit_plain_tallies = { .size = sizeof(struct telit_plain_tally),
                                                 .units = TELIT_SINGLE,
                                                 .is_idle = is_forgotten };

/* Without memory it is forgotten. */
void telit_plain_remember(struct telit_plain *plain)
{
    struct telit_plain_tally *tally =
        module_part(plain->modem, &telit_plain_tallies, (size_t)plain->id - 1);

    if (tally != NULL)
        *tally = plain->tally;
}

struct telit_plain_tally telit_plain_tally(const struct tlsmodem *modem, int32_t id)
{
    const struct telit_plain *plain = telit_plain_if(modem, id);
    const struct telit_plain_tally *past =
        module_part_if(modem, &telit_plain_tallies, (size_t)id - 1);
    struct telit_plain_tally tally = { .cause = CAUSE_NONE };

    if (plain != NULL && connection_is_open(&plain->socket))
        tally = plain->tally;
    else if (past != NULL)
        tally = *past;
    return tally;
}

/* ---- who may use it ---- */

struct telit_plain *telit_plain_if(const struct tlsmodem *modem, int32_t id)
{
    assert(id >= 1);
    return module_part_if(modem, &telit_plain_sockets, (size_t)id - 1);
}

static bool has_nothing(const struct telit_plain *plain)
{
    return plain->socket.state == CONNECTION_CLOSED && plain->listener == NULL &&
           plain->call.stream == NULL;
}

bool telit_plain_is_called(const struct telit_plain *plain)
{
    return plain->call.stream != NULL ||
           (plain->senders != NULL && plain->socket.state == CONNECTION_CLOSED &&
            datagrams_first(&plain->datagrams) > 0);
}

bool telit_plain_is_free(const struct telit_plain *plain)
{
    return plain == NULL || plain->end_told ||
           (has_nothing(plain) && plain->waiting == PLAIN_WAITS_FOR_NOTHING);
}

enum at_status telit_plain_guard(struct at_session *at, int32_t id)
{
    const struct telit_plain *plain = telit_plain_if(module_of(at), id);

    if (plain == NULL || plain->owner == terminal_of(at) ||
        (telit_plain_is_free(plain) && !plain->end_told))
        return AT_OK;
    if (id == TELIT_SINGLE)
        return at_refuse(at, FACT_ERROR_PLAIN_OTHER_PORT,
                         "the single socket belongs to port %zu, which has opened it",
                         plain->owner->index + 1);
    return at_refuse(at, FACT_ERROR_PLAIN_OTHER_PORT,
                     "socket %d belongs to port %zu, which has opened it", (int)id,
                     plain->owner->index + 1);
}

struct telit_plain *telit_plain_connected(struct at_session *at, int32_t id)
{
    struct telit_plain *plain = telit_plain_if(module_of(at), id);

    if (telit_plain_guard(at, id) != AT_OK)
        return NULL;
    if (plain != NULL && connection_is_open(&plain->socket))
        return plain;
    at_refuse(at, FACT_ERROR_PLAIN_CLOSED, "socket %d is not open; AT#SD first", (int)id);
    return NULL;
}

/* ---- its data ---- */

void telit_plain_touch(struct telit_plain *plain)
{
    bool counts = plain->settings.idle_s > 0 && !online_is_on(&plain->online) &&
                  connection_is_open(&plain->socket) &&
                  module_fact_peek(plain->modem, FACT_PLAIN_IDLE_IN_COMMAND_MODE) != 0;

    plain->idle_until_ms =
        counts ? module_now(plain->modem) + (int64_t)plain->settings.idle_s * SECOND_MS
               : CLOCK_NEVER;
}

static bool is_datagram(const struct telit_plain *plain)
{
    return plain->senders != NULL || plain->socket.transport == NET_UDP;
}

bool telit_plain_admits(const struct telit_plain *plain, const struct net_address *from)
{
    const struct tlsmodem *modem = plain->modem;
    char text[ADDRESS_TEXT_MAX];

    if (telit_firewall_lets_in(modem, from))
        return true;
    address_text(from, text);
    /* A line that says the same each time is counted: anybody may come as often as they like. */
    log_say(modem->config.log, LOG_WARNING,
            "turned away a client from %s: no rule of #FRWL lets it in", text);
    return false;
}

static bool admits(void *ctx, const struct net_address *from)
{
    return telit_plain_admits(ctx, from);
}

/* False: no more of them fits. */
static bool collect(struct telit_plain *plain)
{
    size_t cap = (size_t)module_fact_peek(plain->modem, FACT_PLAIN_BUFFER);

    if (plain->senders != NULL)
        return senders_collect(plain->senders, &plain->datagrams, cap, &plain->socket, admits,
                               plain);
    return !connection_is_open(&plain->socket) ||
           datagrams_collect(&plain->datagrams, &plain->socket, cap);
}

size_t telit_plain_unread(struct telit_plain *plain)
{
    if (!is_datagram(plain))
        return connection_available(&plain->socket);
    if (!collect(plain))
        module_note_fact(plain->modem, FACT_PLAIN_BUFFER);
    return datagrams_bytes(&plain->datagrams);
}

bool telit_plain_turns(const struct telit_plain *plain)
{
    return plain->senders != NULL && datagrams_first(&plain->datagrams) > 0 &&
           senders_of_first(plain->senders, &plain->datagrams) != plain->senders->facing;
}

/* Whose datagram the host begins to read is the other side from then on. */
static void turn(struct telit_plain *plain)
{
    const struct sender *sender;

    if (plain->senders == NULL || plain->datagrams.rest > 0 ||
        datagrams_first(&plain->datagrams) == 0)
        return;
    sender = senders_turn(plain->senders, &plain->datagrams);
    connection_turn(&plain->socket, &sender->address, sender->port);
}

size_t telit_plain_read(struct telit_plain *plain, uint8_t *buf, size_t cap)
{
    size_t got;

    if (is_datagram(plain)) {
        telit_plain_unread(plain);
        turn(plain);
        got = datagrams_read(&plain->datagrams, buf, cap);
    } else {
        got = connection_read(&plain->socket, buf, cap);
    }
    plain->tally.received += got;
    return got;
}

bool telit_plain_flush(struct telit_plain *plain)
{
    return packets_flush(&plain->packets, &plain->socket);
}

/* ---- its life ---- */

void telit_plain_expect(struct telit_plain *plain, enum telit_plain_wait next)
{
    static const char *const names[] = {
#define WAIT_NAME(name) [name] = #name,
        TELIT_PLAIN_WAITS(WAIT_NAME)
#undef WAIT_NAME
    };

    if (next == plain->waiting)
        return;
    assert(next == PLAIN_WAITS_FOR_NOTHING || plain->waiting == PLAIN_WAITS_FOR_NOTHING);
    log_trace(plain->modem->config.log, TRACE_SOCKET, "#SD %d: %s -> %s", plain->id,
              names[plain->waiting], names[next]);
    plain->waiting = next;
    plain->send_until_ms = CLOCK_NEVER;
}

void telit_plain_enter_command_mode(struct telit_plain *plain)
{
    bool keeps = plain->keeps &&
                 (plain->settings.closure_mode != 0 || connection_is_half_closed(&plain->socket));

    plain->rung = 0;
    if (!is_datagram(plain)) {
        connection_set_half_open(&plain->socket, keeps);
        connection_set_buffering(&plain->socket, true);
    }
    telit_plain_touch(plain);
}

static void forget_senders(struct telit_plain *plain)
{
    senders_free(plain->senders);
    plain->senders = NULL;
    datagrams_clear(&plain->datagrams);
}

void telit_plain_stop_listening(struct telit_plain *plain)
{
    if (plain->senders != NULL)
        senders_give_up(plain->senders);
    if (plain->listener != NULL)
        net_unlisten(plain->listener);
    plain->listener = NULL;
    if (plain->call.stream != NULL)
        net_stream_close(plain->call.stream);
    plain->call.stream = NULL;
    if (plain->socket.state == CONNECTION_CLOSED)
        forget_senders(plain);
}

void telit_plain_close(struct telit_plain *plain)
{
    if (connection_is_open(&plain->socket))
        telit_plain_remember(plain);
    telit_plain_stop_listening(plain);
    connection_close(&plain->socket);
    packets_clear(&plain->packets);
    forget_senders(plain);
    online_forget(&plain->online);
    plain->rung = 0;
    plain->end_told = false;
    plain->ring_timer_ms = plain->idle_until_ms = CLOCK_NEVER;
}

static enum at_status refuse_dropped(struct at_session *at, const struct telit_plain *plain,
                                     enum telit_plain_wait waiting)
{
    int32_t code = waiting == PLAIN_WAITS_FOR_DIAL ? TELIT_CONTEXT_NOT_OPEN : FACT_ERROR_PLAIN_SEND;

    return at_refuse(at, code, "socket %d: %s", plain->id,
                     plain->tally.cause == CAUSE_IDLE ? "nothing has passed for maxTo of #SCFG"
                                                      : "its context has gone down");
}

void telit_plain_drop(struct telit_plain *plain, enum telit_cause cause)
{
    struct at_session *at;
    bool was_online = online_is_on(&plain->online);
    enum telit_plain_wait waiting = plain->waiting;

    if (has_nothing(plain))
        return;
    if (plain->end_told) {
        telit_plain_close(plain);
        return;
    }
    at = plain->owner->at; /* what is in use has an owner */
    plain->tally.cause = cause;
    plain->aborted = plain->socket.state == CONNECTION_CLOSED;
    plain->no_carrier = !plain->aborted && waiting != PLAIN_WAITS_FOR_DIAL;
    telit_plain_close(plain);
    if (waiting == PLAIN_WAITS_TO_SEND && at_is_prompting(at))
        return; /* the host learns it when it has sent its data */
    telit_plain_expect(plain, PLAIN_WAITS_FOR_NOTHING);
    if (was_online)
        at_leave_online(at, AT_SILENT);
    else if (waiting != PLAIN_WAITS_FOR_NOTHING)
        at_finish(at, refuse_dropped(at, plain, waiting));
    else
        at_poke(at);
}
