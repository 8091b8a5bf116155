/* telit_plain_dial.c: #SD, #SO, #SH: opening a plain socket, going online again, closing.
 *
 * Source: docs/facts/telit-plain-sockets.md §3; V.250 5.6.1.
 */
#include "personalities/telit/telit.h"

#include <string.h>

enum { DECISECOND_MS = 100 };
enum { PROTOCOL_TCP, PROTOCOL_UDP };
enum { MODE_ONLINE, MODE_COMMAND };
enum { CLOSURE_KEEPS = 255 };

enum { DIAL_ID, DIAL_PROTOCOL, DIAL_PORT, DIAL_HOST, DIAL_CLOSURE, DIAL_OWN_PORT, DIAL_MODE };

static void on_abort(struct at_session *at, void *ctx)
{
    struct telit_plain *plain = ctx;

    telit_plain_expect(plain, PLAIN_WAITS_FOR_NOTHING);
    telit_plain_close(plain);
    at_finish(at, AT_NO_CARRIER);
}

static enum at_status refuse_dial(struct at_session *at, const struct connection_failure *failure)
{
    return at_refuse_said(at, failure->err == ERR_NO_MEMORY ? TELIT_MEMORY_FAILURE
                                                            : FACT_ERROR_PLAIN_NAME);
}

enum at_status telit_plain_open(struct at_session *at, struct telit_plain *plain,
                                struct connection_target *target, bool online)
{
    struct connection_failure failure;

    target->step_timeout_ms = (int64_t)plain->settings.connect_ds * DECISECOND_MS;
    target->total_timeout_ms = target->step_timeout_ms;
    telit_plain_probe(plain);
    if (connection_open(&plain->socket, target, &failure) != ERR_OK)
        return refuse_dial(at, &failure);
    plain->dial_online = online;
    plain->in_background = !online && plain->settings.at_once != 0;
    if (plain->in_background)
        return AT_OK;
    telit_plain_expect(plain, PLAIN_WAITS_FOR_DIAL);
    at_await(at, on_abort, plain);
    if (plain->settings.abort_dial != 0)
        at_await_input(at);
    return AT_LATER;
}

/* lPort is of UDP: hosts also give it to TCP, and dial again at once. */
static enum at_status set_dial(struct at_session *at, const struct at_args *args)
{
    const struct at_arg *list = args->list;
    struct telit_plain *plain =
        telit_plain_prepare(at, list[DIAL_ID].number, FACT_ERROR_PLAIN_IN_USE);
    char host[CONNECTION_HOST_MAX + 1] = { 0 };
    bool udp = list[DIAL_PROTOCOL].number == PROTOCOL_UDP;
    struct connection_target target = {
        .host = host,
        .port = (uint16_t)list[DIAL_PORT].number,
        .local_port = udp ? (uint16_t)list[DIAL_OWN_PORT].number : 0,
        .transport = udp ? NET_UDP : NET_TCP,
    };

    if (plain == NULL)
        return AT_FAIL;
    memcpy(host, list[DIAL_HOST].text.data, list[DIAL_HOST].text.len);
    plain->keeps = !udp && list[DIAL_CLOSURE].number == CLOSURE_KEEPS;
    return telit_plain_open(at, plain, &target, list[DIAL_MODE].number == MODE_ONLINE);
}

static enum at_status set_restore(struct at_session *at, const struct at_args *args)
{
    int32_t id = args->list[0].number;
    struct telit_plain *plain = telit_plain_if(module_of(at), id);

    if (telit_plain_guard(at, id) != AT_OK)
        return AT_FAIL;
    if (plain == NULL || !connection_is_open(&plain->socket))
        return at_refuse(at, FACT_ERROR_PLAIN_STATE, "socket %d is not open; AT#SD first", (int)id);
    telit_plain_go_online(plain, at);
    return AT_CONNECT;
}

/* OK also where there is nothing to close: hosts make sure. */
static enum at_status set_hang_up(struct at_session *at, const struct at_args *args)
{
    int32_t id = args->list[0].number;
    struct telit_plain *plain = telit_plain_if(module_of(at), id);

    if (telit_plain_guard(at, id) != AT_OK)
        return AT_FAIL;
    if (plain == NULL || (plain->listener != NULL &&
                          !module_fact_is(plain->modem, FACT_PLAIN_HANG_UP_ENDS_LISTENING)))
        return AT_OK;
    if (!plain->end_told && connection_is_open(&plain->socket))
        plain->tally.cause = CAUSE_NONE;
    plain->no_carrier = false;
    telit_plain_flush(plain);
    telit_plain_close(plain);
    return AT_OK;
}

#define CONNECTION                                                                                 \
    {                                                                                              \
        .name = "connId", .min = 1, .max_limit = LIMIT_PLAIN_SOCKETS                               \
    }

static const struct at_param id_params[] = { CONNECTION };
static const struct at_param dial_params[] = {
    CONNECTION,
    { .name = "txProt", .max = 1 },
    { .name = "rPort", .min = 1, .max = 65535 },
    { .name = "IPaddr", .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX },
    { .name = "closureType", .optional = true, .max = CLOSURE_KEEPS, .values = "0,255" },
    { .name = "lPort", .optional = true, .max = 65535 },
    { .name = "connMode", .optional = true, .max = 1 },
};

#define NOTE "docs/facts/telit-plain-sockets.md §3"

static const struct at_command rows[] = {
    { .name = "#SD",
      .help = "Opens a plain socket, by TCP or UDP, online or in command mode.",
      .source = NOTE,
      AT_PARAMS(dial_params),
      .set = set_dial },
    { .name = "#SO",
      .help = "Goes online on a plain socket that is open.",
      .source = NOTE,
      AT_PARAMS(id_params),
      .set = set_restore },
    { .name = "#SH",
      .help = "Closes a plain socket, refuses a call, ends listening.",
      .source = NOTE,
      AT_PARAMS(id_params),
      .set = set_hang_up },
};
const struct at_commands telit_plain_dial = AT_COMMANDS(rows);
