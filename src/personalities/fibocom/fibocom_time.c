/* fibocom_time.c: +MIPNTP: the clock set by a time server.  Source: docs/facts/fibocom.md §2.6. */
#include "personalities/fibocom/fibocom.h"

#include "module/network_time.h"
#include "personalities/common/question.h"
#include "services/sntp.h"

enum { STATUS_FAILED, STATUS_DONE };

enum { SECOND_MS = 1000 };

/* One at a time. */
struct asked {
    struct question question; /* first member */
    struct sntp client;
};

static void on_time(void *ctx, int64_t utc_ms)
{
    struct module_terminal *owner = ((struct asked *)ctx)->question.owner;

    module_clock_set_utc(&owner->modem->clock, utc_ms / SECOND_MS);
    network_time_by_hand(owner->modem);
    at_urc(owner->at, "+MIPNTP: %d", STATUS_DONE);
}

static void tell_failed(struct question *question)
{
    at_urc(question->owner->at, "+MIPNTP: %d", STATUS_FAILED);
}

static void on_failed(void *ctx, enum err err)
{
    struct asked *asked = ctx;

    if (err == ERR_TIMEOUT) {
        module_note_fact(asked->question.owner->modem, FACT_NTP_TIMEOUT_MS);
        module_note_fact(asked->question.owner->modem, FACT_NTP_TRIES);
    }
    tell_failed(&asked->question);
}

static const struct sntp_events events = { .on_time = on_time, .on_failed = on_failed };

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct asked *asked = state;

    (void)unit;
    sntp_init(&asked->client, FIBOCOM_SOCKETS + 1, &modem->world, &events, asked);
    asked->question = (struct question){ .kind = QUESTION_TIME,
                                         .client = &asked->client,
                                         .command = "+MIPNTP",
                                         .cid = CALL_CID,
                                         .on_lost = tell_failed };
}

const struct module_part fibocom_time_part = { .size = sizeof(struct asked),
                                               .init = init,
                                               QUESTION_HOOKS };

/* ---- +MIPNTP ---- */

enum { NTP_HOST, NTP_PORT };

static enum at_status set_time_server(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    struct asked *asked;
    const struct at_arg *port = &args->list[NTP_PORT];
    char host[CONNECTION_HOST_MAX + 1] = { 0 };
    const struct sntp_target target = { .host = host,
                                        .port = port->given ? (uint16_t)port->number : SNTP_PORT,
                                        .timeout_ms = module_fact_peek(modem, FACT_NTP_TIMEOUT_MS),
                                        .tries = module_fact_peek(modem, FACT_NTP_TRIES) };

    memcpy(host, args->list[NTP_HOST].text.data, args->list[NTP_HOST].text.len);
    if (!fibocom_context(modem)->active)
        return fibocom_refuse_offline(at);
    asked = module_part(modem, &fibocom_time_part, 0);
    if (asked == NULL)
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    if (sntp_start(&asked->client, &target) != ERR_OK)
        return at_refuse(at, FACT_ERROR_STATE, "a time server is being asked already");
    asked->question.owner = terminal_of(at);
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
