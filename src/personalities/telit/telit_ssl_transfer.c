/* telit_ssl_transfer.c: data in command mode: #SSLSEND, #SSLSENDEXT, #SSLRECV, SSLSRING.
 *
 * Source: Telit 1vv0300989 r12 §5.1.2.
 */
#include "personalities/telit/telit.h"

#include "bridge/receive.h"

#include <assert.h>
#include <string.h>

enum { DECISECOND_MS = 100, RECEIVE_MAX = 1000 };

static void wait_for(struct telit_ssl *ssl, enum telit_wait what, const struct at_arg *timeout)
{
    int64_t limit_ds = timeout->given ? timeout->number : ssl->slot->settings.answer_ds;

    telit_ssl_expect(ssl, what);
    ssl->wait_until_ms = module_now(ssl->modem) + limit_ds * DECISECOND_MS;
}

/* Received data is the next command's; what is to be sent goes out when the peer takes it. */
static void on_abort(struct at_session *at, void *ctx)
{
    struct telit_ssl *ssl = ctx;

    telit_ssl_expect(ssl, WAIT_NOTHING);
    at_finish(at, at_refuse_plain(at, "given up: DTR has dropped"));
}

static enum at_status end_send(struct telit_ssl *ssl, enum at_status status)
{
    telit_ssl_expect(ssl, WAIT_NOTHING);
    outbox_clear(&ssl->packets.outbox);
    return status;
}

/* Sends what it can; what the peer does not take yet waits for it, and so does the command. */
static enum at_status on_entered(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    struct telit_ssl *ssl = ctx;

    assert(ssl->waiting == WAIT_SEND);
    if (end == AT_PROMPT_ABORTED)
        return end_send(ssl, AT_OK);
    if (end == AT_PROMPT_TIMED_OUT)
        return end_send(ssl, at_refuse_prompt(at, FACT_PLAIN_ERROR, end, payload.len));
    if (!connection_is_open(&ssl->socket)) /* another port has ended the context */
        return end_send(ssl, telit_ssl_fail_ended(at, ssl));
    if (outbox_put(&ssl->packets.outbox, payload) < payload.len)
        return end_send(ssl, at_refuse_memory(at, TELIT_MEMORY_FAILURE));
    ssl->wait_until_ms = module_now(ssl->modem) + ssl->send_limit_ms;
    if (telit_ssl_flush(ssl))
        return end_send(ssl, AT_OK);
    if (ssl->socket.state != CONNECTION_OPEN)
        return end_send(ssl, telit_ssl_fail_ended(at, ssl));
    at_await(at, on_abort, ssl);
    return AT_LATER;
}

/* What the log advises to who loses bytes. */
static const char *instead_of_send(const struct at_session *at)
{
    return at_find(at, "#SSLSENDEXT") != NULL ? "#SSLSENDEXT" : "online mode, #SSLO";
}

/* Prompt first: until its end the command is this port's, and a lost peer shows when sending. */
static enum at_status open_send(struct at_session *at, struct telit_ssl *ssl, size_t max,
                                bool exact, const struct at_arg *timeout)
{
    struct at_prompt prompt = {
        .max = max,
        .exact = exact,
        .edits = !exact && module_fact_peek(ssl->modem, FACT_SEND_EDITS) != 0,
        .drop = true,
        .instead = instead_of_send(at),
        .on_done = on_entered,
        .ctx = ssl,
    };

    if (ssl->socket.state == CONNECTION_ENDED)
        return telit_ssl_fail_ended(at, ssl);
    if (!telit_ssl_flush(ssl))
        return at_refuse(at, FACT_ERROR_SEND_TIMEOUT,
                         "the server has not taken what was sent before");
    if (at_prompt(at, &prompt) != AT_LATER)
        return AT_FAIL;
    wait_for(ssl, WAIT_SEND, timeout);
    ssl->send_limit_ms = ssl->wait_until_ms - module_now(ssl->modem);
    ssl->wait_until_ms = CLOCK_NEVER; /* counts from the end of the prompt */
    return AT_LATER;
}

enum { SEND_ID, SEND_TIMEOUT };

static enum at_status set_send(struct at_session *at, const struct at_args *args)
{
    struct telit_ssl *ssl = telit_ssl_connected(at, args->list[SEND_ID].number);

    if (ssl == NULL)
        return AT_FAIL;
    return open_send(at, ssl, (size_t)module_fact_peek(ssl->modem, FACT_SEND_MAX), false,
                     &args->list[SEND_TIMEOUT]);
}

enum { SENDEXT_ID, SENDEXT_COUNT, SENDEXT_TIMEOUT };

static enum at_status set_send_exact(struct at_session *at, const struct at_args *args)
{
    struct telit_ssl *ssl = telit_ssl_connected(at, args->list[SENDEXT_ID].number);

    if (ssl == NULL)
        return AT_FAIL;
    return open_send(at, ssl, (size_t)args->list[SENDEXT_COUNT].number, true,
                     &args->list[SENDEXT_TIMEOUT]);
}

static size_t read(void *source, uint8_t *buf, size_t cap)
{
    return connection_read(&((struct telit_ssl *)source)->socket, buf, cap);
}

static void show_read(void *source, struct at_session *at, struct span piece)
{
    at_info(at, "%s: %zu", ((struct telit_ssl *)source)->receive_as, piece.len);
    at_put(at, piece);
    at_put_line_end(at);
}

/* The answer of #SSLRECV once there is something to say; AT_LATER while there is not. */
static enum at_status receive(struct at_session *at, struct telit_ssl *ssl)
{
    static const struct receive_ops ops = { .read = read, .show = show_read };
    struct connection_failure failure;

    if (receive_one(&ops, ssl, at, ssl->receive_max) > 0) {
        ssl->rung = 0; /* what is left rings again */
        return AT_OK;
    }
    if (!connection_has_ended(&ssl->socket, &failure))
        return AT_LATER;
    if (failure.err == ERR_TLS)
        return at_refuse_said(at, TELIT_SSL_RECORD);
    at_info(at, "%s: 0", ssl->receive_as);
    at_info(at, "DISCONNECTED");
    return AT_OK;
}

enum { RECV_ID, RECV_MAX, RECV_TIMEOUT };

static enum at_status receive_as(struct at_session *at, const struct at_args *args,
                                 const char *name)
{
    struct telit_ssl *ssl = telit_ssl_connected(at, args->list[RECV_ID].number);
    enum at_status status;

    if (ssl == NULL)
        return AT_FAIL;
    ssl->receive_max = (size_t)args->list[RECV_MAX].number;
    ssl->receive_as = name;
    status = receive(at, ssl);
    if (status == AT_LATER) {
        wait_for(ssl, WAIT_RECEIVE, &args->list[RECV_TIMEOUT]);
        at_await(at, on_abort, ssl);
    }
    return status;
}

static enum at_status set_receive(struct at_session *at, const struct at_args *args)
{
    return receive_as(at, args, "#SSLRECV");
}

static enum at_status set_misspelt_receive(struct at_session *at, const struct at_args *args)
{
    return receive_as(at, args, "#SSLRCV");
}

static void finish(struct telit_ssl *ssl, enum at_status status)
{
    telit_ssl_expect(ssl, WAIT_NOTHING);
    at_finish(ssl->slot->owner->at, status);
}

void telit_ssl_transfer_data(struct telit_ssl *ssl)
{
    struct at_session *at = ssl->slot->owner->at;
    enum at_status status;

    if (ssl->waiting != WAIT_RECEIVE)
        return;
    status = receive(at, ssl);
    if (status != AT_LATER)
        finish(ssl, status);
}

void telit_ssl_transfer_writable(struct telit_ssl *ssl)
{
    struct at_session *at = ssl->slot->owner->at;

    assert(ssl->waiting == WAIT_SEND);
    if (!at_is_busy(at))
        return; /* still in the prompt */
    if (telit_ssl_flush(ssl))
        finish(ssl, end_send(ssl, AT_OK));
    else if (ssl->socket.state != CONNECTION_OPEN)
        finish(ssl, end_send(ssl, telit_ssl_fail_ended(at, ssl)));
}

void telit_ssl_transfer_timeout(struct telit_ssl *ssl)
{
    struct at_session *at = ssl->slot->owner->at;

    assert(ssl->waiting == WAIT_SEND || ssl->waiting == WAIT_RECEIVE);
    if (ssl->waiting == WAIT_SEND) {
        finish(ssl, end_send(ssl, at_refuse(at, FACT_ERROR_SEND_TIMEOUT,
                                            "the server does not take the data in time")));
        return;
    }
    at_info(at, "%s: 0", ssl->receive_as);
    at_info(at, "TIMEOUT");
    finish(ssl, AT_OK);
}

static void show_ring(void *source, struct at_session *at, struct span piece)
{
    at_unsolicited(at, piece, "SSLSRING: %d,%zu,", ((struct telit_ssl *)source)->id, piece.len);
}

void telit_ssl_ring(struct telit_ssl *ssl)
{
    static const struct receive_ops ops = { .read = read, .show = show_ring };
    struct at_session *at = ssl->slot->owner->at;
    size_t available = connection_available(&ssl->socket);

    if (available == 0 || online_is_on(&ssl->online))
        return;
    if (ssl->slot->settings.ring_mode == 2) {
        receive_all(&ops, ssl, at, telit_model_of(ssl->modem)->ring_chunk);
    } else if (ssl->slot->settings.ring_mode == 1 && receive_is_news(&ssl->rung, available)) {
        at_unsolicited(at, span_at(NULL, 0), "SSLSRING: %d,%zu", ssl->id, available);
    }
}

#define SSID                                                                                       \
    {                                                                                              \
        .name = "SSId", .min = 1, .max_limit = LIMIT_SECURE_SOCKETS                                \
    }
#define TIMEOUT                                                                                    \
    {                                                                                              \
        .name = "Timeout", .optional = true, .min = FACT_BLOCK_MIN_DS, .max = FACT_BLOCK_MAX_DS    \
    }

static const struct at_param send_params[] = { SSID, TIMEOUT };
static const struct at_param send_exact_params[] = {
    SSID,
    { .name = "bytestosend", .min = 1, .max = FACT_SEND_EXT_MAX },
    TIMEOUT,
};
static const struct at_param receive_params[] = {
    SSID,
    { .name = "MaxNumByte", .min = 1, .max = RECEIVE_MAX },
    TIMEOUT,
};

#define SEND                                                                                       \
    .help = "Sends data that Ctrl-Z ends.", .source = "1vv0300989 r12 §5.1.2.1",                   \
    AT_PARAMS(send_params), .set = set_send
#define RECEIVE                                                                                    \
    .help = "Reads received data.", .source = "1vv0300989 r12 §5.1.2.2.1", AT_PARAMS(receive_params)

/* #SSSEND and #SSLRCV are slips of the guide that hosts may have copied, with the answers that it
 * prints to them. */
static const struct at_command rows[] = {
    { .name = "#SSLSEND", SEND },
    { .name = "#SSSEND", SEND, .only_on = TELIT_R12 },
    { .name = "#SSLSENDEXT",
      .help = "Sends an exact number of bytes.",
      .source = "1vv0300989 r12 §5.1.2",
      .only_on = TELIT_R12,
      AT_PARAMS(send_exact_params),
      .set = set_send_exact },
    { .name = "#SSLRECV", RECEIVE, .set = set_receive },
    { .name = "#SSLRCV", RECEIVE, .set = set_misspelt_receive, .only_on = TELIT_R12 },
};
const struct at_commands telit_ssl_transfer = AT_COMMANDS(rows);
