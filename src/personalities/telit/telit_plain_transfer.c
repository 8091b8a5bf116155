/* telit_plain_transfer.c: data in command mode: #SSEND, #SSENDEXT, #SSENDUDP,
 * #SSENDUDPEXT, #SRECV.
 *
 * Source: docs/facts/telit-plain-sockets.md §2, §4.
 */
#include "personalities/telit/telit.h"

#include "base/hex.h"
#include "base/wipe.h"
#include "services/address_text.h"

#include <assert.h>
#include <string.h>

enum { DECISECOND_MS = 100 };

/* ---- to the peer ---- */

/* What is to be sent goes out when the peer takes it. */
static void on_abort(struct at_session *at, void *ctx)
{
    telit_plain_expect(ctx, PLAIN_WAITS_FOR_NOTHING);
    at_finish(at, at_refuse_plain(at, "given up: DTR has dropped"));
}

static enum at_status end_send(struct telit_plain *plain, enum at_status status)
{
    telit_plain_expect(plain, PLAIN_WAITS_FOR_NOTHING);
    return status;
}

static enum at_status refuse_ended(struct at_session *at, struct telit_plain *plain)
{
    packets_clear(&plain->packets);
    return end_send(plain, at_refuse(at, FACT_ERROR_PLAIN_SEND,
                                     "socket %d: the connection has ended", plain->id));
}

/* Of somebody whom a socket of #SLUDP is to reach. */
static enum err failure(const struct telit_plain *plain)
{
    return plain->senders != NULL ? senders_failure(plain->senders) : ERR_OK;
}

static enum at_status refuse_unreached(struct at_session *at, struct telit_plain *plain)
{
    packets_clear(&plain->packets);
    return end_send(plain, at_refuse(at, FACT_ERROR_PLAIN_SEND, "socket %d: it cannot be sent: %s",
                                     plain->id, err_text(failure(plain))));
}

/* Where the network has not taken all of it yet, the command waits for that. */
static enum at_status send(struct at_session *at, struct telit_plain *plain, struct span bytes)
{
    int64_t limit_ms = plain->settings.send_limit > 0
                           ? (int64_t)plain->settings.send_limit * DECISECOND_MS
                           : module_fact_peek(plain->modem, FACT_PLAIN_SEND_MS);

    if (plain->socket.state != CONNECTION_OPEN) /* meanwhile, perhaps by another port */
        return refuse_ended(at, plain);
    if (failure(plain) != ERR_OK)
        return refuse_unreached(at, plain);
    if (outbox_put(&plain->packets.outbox, bytes) < bytes.len)
        return end_send(plain, at_refuse_memory(at, TELIT_MEMORY_FAILURE));
    plain->tally.sent += bytes.len;
    telit_plain_touch(plain);
    if (telit_plain_flush(plain))
        return end_send(plain, AT_OK);
    if (plain->socket.state != CONNECTION_OPEN)
        return refuse_ended(at, plain);
    plain->send_until_ms = module_now(plain->modem) + limit_ms;
    at_await(at, on_abort, plain);
    return AT_LATER;
}

static enum at_status send_digits(struct at_session *at, struct telit_plain *plain,
                                  struct span text)
{
    uint8_t bytes[TELIT_PLAIN_PIECE];
    enum at_status status;

    assert(text.len <= 2 * sizeof(bytes));
    if (hex_read(text, bytes))
        status = send(at, plain, span_at(bytes, text.len / 2));
    else
        status = end_send(plain, at_refuse(at, FACT_ERROR_PLAIN_DIGITS,
                                           "what was entered is no pairs of hexadecimal digits, "
                                           "which sendDataMode 1 of #SCFGEXT asks for"));
    wipe(bytes, sizeof(bytes));
    return status;
}

static enum at_status on_entered(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    struct telit_plain *plain = ctx;

    assert(plain->waiting == PLAIN_WAITS_TO_SEND);
    if (end == AT_PROMPT_ABORTED)
        return end_send(plain, AT_OK);
    if (end == AT_PROMPT_TIMED_OUT)
        return end_send(plain, at_refuse_prompt(at, FACT_PLAIN_ERROR, end, payload.len));
    if (strcmp(at_row_name(at), "#SSEND") == 0 && plain->settings.send_mode != 0)
        return send_digits(at, plain, payload);
    return send(at, plain, payload);
}

/* False: the error is noted. */
static bool may_send(struct at_session *at, struct telit_plain *plain)
{
    if (plain->socket.state != CONNECTION_OPEN)
        refuse_ended(at, plain);
    else if (!telit_plain_flush(plain))
        at_refuse(at, FACT_ERROR_PLAIN_SEND, "the server has not taken what was sent before");
    else
        return true;
    return false;
}

static enum at_status open_prompt(struct at_session *at, struct telit_plain *plain, size_t max,
                                  bool exact)
{
    const struct at_prompt prompt = {
        .max = max,
        .exact = exact,
        .edits = !exact,
        .drop = true,
        .instead = strcmp(at_row_name(at), "#SSENDUDP") == 0 ? "#SSENDUDPEXT" : "#SSENDEXT",
        .on_done = on_entered,
        .ctx = plain,
    };

    if (at_prompt(at, &prompt) != AT_LATER)
        return AT_FAIL;
    telit_plain_expect(plain, PLAIN_WAITS_TO_SEND);
    return AT_LATER;
}

static enum at_status open_send(struct at_session *at, struct telit_plain *plain, size_t max,
                                bool exact)
{
    if (!may_send(at, plain))
        return AT_FAIL;
    if (plain->senders != NULL)
        senders_aim_back(plain->senders);
    return open_prompt(at, plain, max, exact);
}

static enum at_status set_send(struct at_session *at, const struct at_args *args)
{
    struct telit_plain *plain = telit_plain_connected(at, args->list[0].number);
    size_t max;

    if (plain == NULL)
        return AT_FAIL;
    max = (size_t)module_fact_peek(plain->modem, FACT_PLAIN_SEND_MAX);
    return open_send(at, plain, plain->settings.send_mode != 0 ? 2 * max : max, false);
}

static enum at_status set_send_exact(struct at_session *at, const struct at_args *args)
{
    struct telit_plain *plain = telit_plain_connected(at, args->list[0].number);

    if (plain == NULL)
        return AT_FAIL;
    return open_send(at, plain, (size_t)args->list[1].number, true);
}

/* An address of IPv6, which the modules do not know, is that of the other side, as #SRECV shows it.
 */
static bool read_address(const struct telit_plain *plain, struct span text,
                         struct net_address *ret_address)
{
    char peer[ADDRESS_TEXT_MAX];

    *ret_address = (struct net_address){ .family = NET_IPV4 };
    if (telit_address_read(text, ret_address->bytes))
        return true;
    *ret_address = *connection_peer(&plain->socket);
    address_text(ret_address, peer);
    return span_equal(text, span_of(peer));
}

static enum at_status refuse_stranger(struct at_session *at, const struct telit_plain *plain,
                                      enum err err)
{
    if (err == ERR_STATE)
        return at_refuse(at, FACT_ERROR_PLAIN_STATE,
                         "socket %d listens no more: it sends to who has sent something",
                         plain->id);
    if (err == ERR_NO_MEMORY)
        return at_refuse_memory(at, TELIT_MEMORY_FAILURE);
    return at_refuse(at, FACT_ERROR_PLAIN_SEND, "socket %d: it cannot be sent to there: %s",
                     plain->id, err_text(err));
}

static bool is_peer(const struct telit_plain *plain, const struct net_address *address,
                    uint16_t port)
{
    const struct net_address *peer = connection_peer(&plain->socket);

    return plain->socket.transport == NET_UDP && plain->socket.port == port &&
           peer->family == address->family &&
           memcmp(peer->bytes, address->bytes, sizeof(peer->bytes)) == 0;
}

/* A socket of #SLUDP sends to anybody, from the port that it listens on; one of #SD to its other
 * side. */
static struct telit_plain *aimed(struct at_session *at, const struct at_arg *args, size_t host)
{
    struct telit_plain *plain = telit_plain_connected(at, args[0].number);
    uint16_t port = (uint16_t)args[host + 1].number;
    struct net_address to;
    enum err err;

    if (plain == NULL || !may_send(at, plain))
        return NULL;
    if (!read_address(plain, args[host].text, &to)) {
        at_refuse(at, FACT_ERROR_RANGE, "<remoteIP> is no address in dotted decimal");
        return NULL;
    }
    if (plain->senders == NULL && is_peer(plain, &to, port))
        return plain;
    if (plain->senders == NULL) {
        at_refuse(at, FACT_ERROR_PLAIN_STATE, "socket %d is none of #SLUDP; AT#SSEND", plain->id);
        return NULL;
    }
    err = senders_aim(plain->senders, &plain->socket, plain->listener, &to, port);
    if (err == ERR_OK)
        return plain;
    refuse_stranger(at, plain, err);
    return NULL;
}

enum { SEND_UDP_HOST = 1, SEND_UDP_EXACT_LEN = 1, SEND_UDP_EXACT_HOST };

static enum at_status set_send_udp(struct at_session *at, const struct at_args *args)
{
    struct telit_plain *plain = aimed(at, args->list, SEND_UDP_HOST);

    if (plain == NULL)
        return AT_FAIL;
    return open_prompt(at, plain, (size_t)module_fact_peek(plain->modem, FACT_PLAIN_SEND_MAX),
                       false);
}

static enum at_status set_send_udp_exact(struct at_session *at, const struct at_args *args)
{
    struct telit_plain *plain = aimed(at, args->list, SEND_UDP_EXACT_HOST);

    if (plain == NULL)
        return AT_FAIL;
    return open_prompt(at, plain, (size_t)args->list[SEND_UDP_EXACT_LEN].number, true);
}

void telit_plain_send_on(struct telit_plain *plain)
{
    struct at_session *at = plain->owner->at;

    assert(plain->waiting == PLAIN_WAITS_TO_SEND);
    if (!at_is_busy(at))
        return; /* still in the prompt */
    if (plain->socket.state == CONNECTION_OPEN && failure(plain) != ERR_OK)
        at_finish(at, refuse_unreached(at, plain));
    else if (telit_plain_flush(plain))
        at_finish(at, end_send(plain, AT_OK));
    else if (plain->socket.state != CONNECTION_OPEN)
        at_finish(at, refuse_ended(at, plain));
}

/* What waits is still sent, if it ever can be. */
void telit_plain_send_timeout(struct telit_plain *plain)
{
    struct at_session *at = plain->owner->at;

    assert(plain->waiting == PLAIN_WAITS_TO_SEND);
    if (plain->settings.send_limit == 0)
        module_note_fact(plain->modem, FACT_PLAIN_SEND_MS);
    at_finish(at, end_send(plain, at_refuse(at, FACT_ERROR_PLAIN_SEND,
                                            "the server does not take the data in time")));
}

/* ---- from the peer ---- */

enum { RECEIVE_ID, RECEIVE_MAX, RECEIVE_ORIGIN };

/* Of datagrams one, where their origin is asked for, else whatever there is of one sender. */
static size_t receive(struct telit_plain *plain, uint8_t *buf, size_t max, bool one)
{
    size_t done = telit_plain_read(plain, buf, max);

    while (!one && done > 0 && done < max && telit_plain_unread(plain) > 0 &&
           !telit_plain_turns(plain))
        done += telit_plain_read(plain, buf + done, max - done);
    return done;
}

static void show(struct at_session *at, struct telit_plain *plain, struct span piece, bool origin)
{
    uint8_t text[2 * TELIT_PLAIN_PIECE];
    struct span shown = telit_plain_show(plain, piece, text);
    char from[ADDRESS_TEXT_MAX];

    if (origin) {
        address_text(connection_peer(&plain->socket), from);
        at_info(at, "#SRECV: %s,%u,%d,%zu,%zu", from, (unsigned)plain->socket.port, plain->id,
                piece.len, (size_t)plain->datagrams.rest);
    } else {
        at_info(at, "#SRECV: %d,%zu", plain->id, piece.len);
    }
    at_put(at, shown);
    at_put_line_end(at);
    wipe(text, shown.len);
}

static enum at_status set_receive(struct at_session *at, const struct at_args *args)
{
    struct telit_plain *plain = telit_plain_connected(at, args->list[RECEIVE_ID].number);
    bool origin = args->list[RECEIVE_ORIGIN].number != 0;
    uint8_t piece[TELIT_PLAIN_PIECE];
    size_t got;

    if (plain == NULL)
        return AT_FAIL;
    origin = origin && plain->socket.transport == NET_UDP;
    got = receive(plain, piece, (size_t)args->list[RECEIVE_MAX].number, origin);
    if (got == 0)
        return at_refuse(at, FACT_ERROR_PLAIN_EMPTY, "socket %d has nothing to read", plain->id);
    show(at, plain, span_at(piece, got), origin);
    wipe(piece, got);
    plain->rung = 0; /* what is left rings again */
    telit_plain_touch(plain);
    if (plain->end_told && telit_plain_unread(plain) == 0)
        telit_plain_close(plain);
    return AT_OK;
}

#define CONNECTION                                                                                 \
    {                                                                                              \
        .name = "connId", .min = 1, .max_limit = LIMIT_PLAIN_SOCKETS                               \
    }

static const struct at_param send_params[] = { CONNECTION };
static const struct at_param send_exact_params[] = {
    CONNECTION,
    { .name = "bytestosend", .min = 1, .max = TELIT_PLAIN_PIECE },
};
#define HOST                                                                                       \
    { .name = "remoteIP", .type = AT_STRING, .min = 1, .max = ADDRESS_TEXT_MAX },                  \
    {                                                                                              \
        .name = "remotePort", .min = 1, .max = 65535                                               \
    }
static const struct at_param send_udp_params[] = { CONNECTION, HOST };
static const struct at_param send_udp_exact_params[] = {
    CONNECTION,
    { .name = "bytestosend", .min = 1, .max = TELIT_PLAIN_PIECE },
    HOST,
};
static const struct at_param receive_params[] = {
    CONNECTION,
    { .name = "maxByte", .min = 1, .max = TELIT_PLAIN_PIECE },
    { .name = "UDPInfo", .optional = true, .max = 1 },
};

#define NOTE "docs/facts/telit-plain-sockets.md §4"

static const struct at_command rows[] = {
    { .name = "#SSEND",
      .help = "Sends data that Ctrl-Z ends.",
      .source = NOTE,
      AT_PARAMS(send_params),
      .set = set_send },
    { .name = "#SSENDEXT",
      .help = "Sends an exact number of bytes.",
      .source = NOTE,
      AT_PARAMS(send_exact_params),
      .set = set_send_exact },
    { .name = "#SSENDUDP",
      .help = "Sends a datagram that Ctrl-Z ends to an address, from a socket of #SLUDP.",
      .source = NOTE,
      AT_PARAMS(send_udp_params),
      .set = set_send_udp },
    { .name = "#SSENDUDPEXT",
      .help = "Sends a datagram of so many bytes to an address, from a socket of #SLUDP.",
      .source = NOTE,
      AT_PARAMS(send_udp_exact_params),
      .set = set_send_udp_exact },
    { .name = "#SRECV",
      .help = "Reads received data.",
      .source = NOTE,
      AT_PARAMS(receive_params),
      .set = set_receive },
};
const struct at_commands telit_plain_transfer = AT_COMMANDS(rows);
