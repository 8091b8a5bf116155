/* fibocom_time.c: +MIPNTP: the clock set by a time server.  Source: docs/facts/fibocom.md §2.6. */
#include "personalities/fibocom/fibocom.h"

#include "services/sntp.h"

enum { STATUS_FAILED, STATUS_DONE };

enum { SECOND_MS = 1000 };

/* One at a time. */
struct question {
    struct tlsmodem *modem;
    struct module_terminal *owner;
    struct sntp client;
};

static void on_time(void *ctx, int64_t utc_ms)
{
    struct question *question = ctx;

    module_clock_set_utc(&question->modem->clock, utc_ms / SECOND_MS);
    at_urc(question->owner->at, "+MIPNTP: %d", STATUS_DONE);
}

static void on_failed(void *ctx, enum err err)
{
    struct question *question = ctx;

    if (err == ERR_TIMEOUT) {
        module_note_fact(question->modem, FACT_NTP_TIMEOUT_MS);
        module_note_fact(question->modem, FACT_NTP_TRIES);
    }
    at_urc(question->owner->at, "+MIPNTP: %d", STATUS_FAILED);
}

static const struct sntp_events events = { .on_time = on_time, .on_failed = on_failed };

/* ---- the part ---- */

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct question *question = state;

    (void)unit;
    question->modem = modem;
    sntp_init(&question->client, FIBOCOM_SOCKETS + 1, &modem->world, &events, question);
}

static void deinit(struct tlsmodem *modem, void *state)
{
    (void)modem;
    sntp_cancel(&((struct question *)state)->client);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return !sntp_is_busy(&((const struct question *)state)->client);
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return sntp_deadline(&((const struct question *)state)->client);
}

static void tick(struct tlsmodem *modem, void *state)
{
    (void)modem;
    sntp_tick(&((struct question *)state)->client);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct question *question = state;

    if (cid != CALL_CID || !sntp_is_busy(&question->client))
        return;
    log_say(modem->config.log, LOG_WARNING, "+MIPNTP: the context is down");
    sntp_cancel(&question->client);
    on_failed(question, ERR_UNREACHABLE);
}

/* Its unit is there for one question. */
static bool owes(const struct tlsmodem *modem, const void *state)
{
    return !is_idle(modem, state);
}

const struct module_part fibocom_time_part = {
    .size = sizeof(struct question),
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .owes = owes,
    .deadline = deadline,
    .tick = tick,
    .on_context_down = on_context_down,
};

/* ---- +MIPNTP ---- */

enum { NTP_HOST, NTP_PORT };

static enum at_status set_time_server(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    struct question *question;
    const struct at_arg *port = &args->list[NTP_PORT];
    char host[CONNECTION_HOST_MAX + 1] = { 0 };
    const struct sntp_target target = { .host = host,
                                        .port = port->given ? (uint16_t)port->number : SNTP_PORT,
                                        .timeout_ms = module_fact_peek(modem, FACT_NTP_TIMEOUT_MS),
                                        .tries = module_fact_peek(modem, FACT_NTP_TRIES) };

    memcpy(host, args->list[NTP_HOST].text.data, args->list[NTP_HOST].text.len);
    if (!fibocom_context(modem)->active)
        return at_fail(at, FACT_ERROR_STATE);
    question = module_part(modem, &fibocom_time_part, 0);
    if (question == NULL)
        return at_fail(at, FIBOCOM_MEMORY_FAILURE);
    if (sntp_start(&question->client, &target) != ERR_OK)
        return at_fail(at, FACT_ERROR_STATE);
    question->owner = terminal_of(at);
    return AT_OK;
}

static const struct at_param server_params[] = {
    { .name = "host", .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX, .values = "(url)" },
    { .name = "port", .optional = true, .min = 1, .max = 65535 },
};

static const struct at_command rows[] = {
    { .name = "+MIPNTP",
      .help = "Sets the clock by a time server: OK at once, +MIPNTP: 1 when it is set.",
      .source = "docs/facts/fibocom.md §2.6",
      AT_PARAMS(server_params),
      .set = set_time_server },
};
const struct at_commands fibocom_time = AT_COMMANDS(rows);
