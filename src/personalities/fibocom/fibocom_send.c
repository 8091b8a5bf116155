/* fibocom_send.c: +MIPSEND, +MIPPUSH and +MIPSETS.
 *
 * Source: docs/facts/fibocom.md §2.4.  What the host sends goes out at once, unless +MIPSETS says
 * how much of it must have come together; a peer that takes nothing keeps the command waiting.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/hex.h"

#include <assert.h>

enum { STATUS_SENT, STATUS_FLOWED_OFF, STATUS_NO_DATA };

/* What the host is told of it. */
static size_t room(const struct fibocom_socket *socket)
{
    module_note_fact(socket->modem, FACT_SEND_MAX);
    return outbox_room(&socket->packets.outbox);
}

enum { DECISECOND_MS = 100 };

static struct fibocom_threshold *threshold_of(struct tlsmodem *modem, int id)
{
    return &((struct fibocom *)modem->maker)->thresholds[id - 1];
}

/* True when what was put to the rest is to wait for more. */
static bool holds(struct fibocom_socket *socket)
{
    const struct fibocom_threshold *threshold = threshold_of(socket->modem, socket->id);
    int64_t wait_ms = (int64_t)threshold->wait_ds * DECISECOND_MS;

    if (outbox_len(&socket->packets.outbox) >= threshold->size)
        return false;
    packets_hold(&socket->packets, &socket->connection, wait_ms > 0 ? wait_ms : CLOCK_NEVER);
    return true;
}

/* Nothing has left yet: +MIPPUSH says when. */
static enum at_status end_held(struct fibocom_socket *socket)
{
    at_urc(socket->owner->at, "+MIPSEND: %d,%d,%zu", socket->id, STATUS_SENT, room(socket));
    return AT_OK;
}

/* Hosts wait for one line or the other (docs/facts/fibocom.md §7.2, trap 11). */
static enum at_status end_send(struct fibocom_socket *socket, int status)
{
    struct at_session *at = socket->owner->at;

    if (status == STATUS_SENT)
        at_urc(at, "+MIPPUSH: %d,0", socket->id);
    at_urc(at, "+MIPSEND: %d,%d,%zu", socket->id, status, room(socket));
    return AT_OK;
}

/* What is left goes out when the peer takes it. */
static void on_abort(struct at_session *at, void *ctx)
{
    struct fibocom_socket *socket = ctx;

    fibocom_send_enter(socket, SEND_NONE, NULL);
    at_finish(at, at_refuse_plain(at, "given up: DTR has dropped"));
}

static enum at_status refuse_closed(struct at_session *at, const struct fibocom_socket *socket)
{
    return at_refuse(at, FACT_ERROR_STATE, "socket %d has closed", socket->id);
}

static enum at_status send(struct at_session *at, struct fibocom_socket *socket,
                           enum at_prompt_end end, struct span payload)
{
    /* No: another connection has taken its place. */
    bool is_same = socket->send_phase == SEND_ENTERING && socket->sender == at;

    socket->prompts--;
    if (is_same)
        fibocom_send_enter(socket, SEND_NONE, NULL);
    if (end != AT_PROMPT_COMPLETE)
        return at_refuse_prompt(at, FACT_PLAIN_ERROR, end, payload.len);
    if (!is_same || socket->connection.state != CONNECTION_OPEN)
        return refuse_closed(at, socket);
    if (payload.len == 0)
        return end_send(socket, STATUS_NO_DATA);
    if (outbox_put(&socket->packets.outbox, payload) < payload.len)
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    if (holds(socket))
        return end_held(socket);
    if (packets_flush(&socket->packets, &socket->connection))
        return end_send(socket, STATUS_SENT);
    if (socket->connection.state != CONNECTION_OPEN)
        return refuse_closed(at, socket);
    fibocom_send_enter(socket, SEND_WAITING, at);
    at_await(at, on_abort, socket);
    return AT_LATER;
}

static enum at_status on_counted(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    return send(at, ctx, end, payload);
}

/* Without a count time ends it too.  More than fits is an overflow, and nothing of it is sent. */
static enum at_status on_typed(struct at_session *at, void *ctx, enum at_prompt_end end,
                               struct span payload)
{
    if (end == AT_PROMPT_TIMED_OUT)
        module_note_fact(module_of(at), FACT_SEND_IDLE_MS);
    return send(at, ctx, end == AT_PROMPT_TIMED_OUT ? AT_PROMPT_COMPLETE : end, payload);
}

void fibocom_send_go_on(struct fibocom_socket *socket)
{
    struct at_session *at = socket->owner->at;

    assert(socket->send_phase == SEND_WAITING);
    if (packets_flush(&socket->packets, &socket->connection) &&
        socket->connection.state == CONNECTION_OPEN) {
        fibocom_send_enter(socket, SEND_NONE, NULL);
        at_finish(at, end_send(socket, STATUS_SENT));
    } else if (socket->connection.state != CONNECTION_OPEN) {
        fibocom_socket_fail_send(socket);
    }
}

/* What is left goes out when the peer takes it. */
void fibocom_send_give_up(struct fibocom_socket *socket)
{
    assert(socket->send_phase == SEND_WAITING);
    fibocom_send_enter(socket, SEND_NONE, NULL);
    module_note_fact(socket->modem, FACT_SEND_MS);
    at_finish(socket->owner->at, end_send(socket, STATUS_FLOWED_OFF));
}

static enum at_status refuse_too_many(struct at_session *at, const struct fibocom_socket *socket,
                                      size_t count, size_t most)
{
    module_note_fact(socket->modem, FACT_SEND_MAX);
    return at_refuse(at, FACT_ERROR_STATE, "%zu bytes are too many; there is room for %zu now",
                     count, most);
}

static bool are_digits(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (hex_digit(text.data[i]) < 0)
            return false;
    }
    return text.len > 0 && text.len % 2 == 0;
}

/* The old form, with the data in the command: they wait for +MIPPUSH, or for more. */
static enum at_status hold_digits(struct at_session *at, struct fibocom_socket *socket,
                                  struct span digits)
{
    size_t most = outbox_room(&socket->packets.outbox), count = digits.len / 2;
    uint8_t *tail;

    if (!are_digits(digits))
        return at_refuse(at, FIBOCOM_BAD_PARAMETERS,
                         "<data> in quotes are no pairs of hexadecimal digits");
    if (count > most)
        return refuse_too_many(at, socket, count, most);
    tail = outbox_tail(&socket->packets.outbox);
    if (tail == NULL)
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    (void)hex_read(digits, tail);
    outbox_commit(&socket->packets.outbox, count);
    packets_hold(&socket->packets, &socket->connection, CLOCK_NEVER);
    socket->owner = terminal_of(at);
    at_info(at, "+MIPSEND: %d,%d,%zu", socket->id, STATUS_SENT, room(socket));
    return AT_OK;
}

enum { SEND_ID, SEND_LEN };

static enum at_status set_send(struct at_session *at, const struct at_args *args)
{
    struct fibocom_socket *socket = fibocom_socket_open(at, args->list[SEND_ID].number);
    const struct at_arg *len = &args->list[SEND_LEN];
    struct at_prompt prompt = { .exact = len->given,
                                .instead = "a length in the command",
                                .ctx = socket };
    size_t most;

    if (socket == NULL)
        return AT_FAIL;
    most = outbox_room(&socket->packets.outbox);
    prompt.max = len->given ? (size_t)len->number : most;
    if (socket->connection.state != CONNECTION_OPEN)
        return refuse_closed(at, socket);
    if (socket->send_phase != SEND_NONE)
        return at_refuse(at, FACT_ERROR_STATE, "another +MIPSEND for socket %d is under way",
                         socket->id);
    if (len->quoted)
        return hold_digits(at, socket, len->text);
    if (prompt.max > most || prompt.max == 0)
        return refuse_too_many(at, socket, prompt.max, most);
    prompt.on_done = len->given ? on_counted : on_typed;
    if (!len->given)
        prompt.idle_ms = (uint32_t)module_fact_peek(socket->modem, FACT_SEND_IDLE_MS);
    if (at_prompt(at, &prompt) != AT_LATER)
        return AT_FAIL;
    socket->owner = terminal_of(at);
    fibocom_send_enter(socket, SEND_ENTERING, at);
    socket->prompts++;
    return AT_LATER;
}

static enum at_status read_send(struct at_session *at)
{
    bool any = false;

    for (int id = 1; id <= FIBOCOM_SOCKETS; id++) {
        const struct fibocom_socket *socket = fibocom_socket_look(at, id);

        if (socket->connection.state != CONNECTION_OPEN)
            continue;
        at_info(at, "+MIPSEND: %d,%zu", id, room(socket));
        any = true;
    }
    if (!any)
        at_info(at, "+MIPSEND: 0");
    return AT_OK;
}

/* Sends what waits, for more or for a peer that took nothing. */
static enum at_status set_push(struct at_session *at, const struct at_args *args)
{
    struct fibocom_socket *socket = fibocom_socket_open(at, args->list[0].number);

    if (socket == NULL)
        return AT_FAIL;
    at_urc(at, "+MIPPUSH: %d,%d", socket->id,
           packets_flush(&socket->packets, &socket->connection) ? STATUS_SENT : STATUS_FLOWED_OFF);
    return AT_OK;
}

static const struct at_param send_params[] = {
    FIBOCOM_SOCKET_ID,
    { .name = "length", .optional = true, .quoted_text = true, .min = 1, .max = FACT_SEND_MAX },
};
static const struct at_param push_params[] = {
    FIBOCOM_SOCKET_ID,
    { .name = "remote_IP",
      .type = AT_STRING,
      .optional = true,
      .max = CONNECTION_HOST_MAX,
      .values = "(url)" },
    { .name = "remote_port", .optional = true, .max = 65535 },
};
static const struct at_param sets_params[] = {
    FIBOCOM_SOCKET_ID,
    { .name = "size", .min = 1, .max = FACT_SEND_MAX },
    { .name = "timeout", .optional = true, .max = 65535 },
};

enum { SETS_ID, SETS_SIZE, SETS_WAIT };

/* Of a socket's number, open or not, until the power goes. */
static enum at_status set_threshold(struct at_session *at, const struct at_args *args)
{
    const struct at_arg *wait = &args->list[SETS_WAIT];

    *threshold_of(module_of(at), args->list[SETS_ID].number) = (struct fibocom_threshold){
        .size = (uint16_t)args->list[SETS_SIZE].number,
        .wait_ds = (uint16_t)(wait->given ? wait->number : 0),
    };
    return AT_OK;
}

static enum at_status read_thresholds(struct at_session *at)
{
    bool any = false;

    for (int id = 1; id <= FIBOCOM_SOCKETS; id++) {
        const struct fibocom_threshold *threshold = threshold_of(module_of(at), id);

        if (threshold->size == 0)
            continue;
        at_info(at, "+MIPSETS: %d,%u,%u", id, (unsigned)threshold->size,
                (unsigned)threshold->wait_ds);
        any = true;
    }
    if (!any)
        at_info(at, "+MIPSETS: 0");
    return AT_OK;
}

static const struct at_command rows[] = {
    { .name = "+MIPSEND",
      .help = "Sends data: exactly so many bytes, or up to Ctrl-Z or 12 s of silence; hexadecimal "
              "digits in quotes wait for +MIPPUSH.",
      .source = "docs/facts/fibocom.md §2.4",
      AT_PARAMS(send_params),
      .set = set_send,
      .read = read_send },
    { .name = "+MIPPUSH",
      .help = "Sends what waits: for more by +MIPSETS, or for the peer.",
      .source = "docs/facts/fibocom.md §2.4",
      AT_PARAMS(push_params),
      .set = set_push },
    { .name = "+MIPSETS",
      .help = "What +MIPSEND takes waits until it is so much, or so old, or for +MIPPUSH.",
      .source = "docs/facts/fibocom.md §2.4",
      AT_PARAMS(sets_params),
      .set = set_threshold,
      .read = read_thresholds },
};
const struct at_commands fibocom_send = AT_COMMANDS(rows);
