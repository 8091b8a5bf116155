/* quectel_ntp.c: +QNTP: the module's clock by a time server.  docs/facts/quectel.md §2.1. */
#include "personalities/quectel/quectel.h"

#include "module/network_time.h"
#include "personalities/common/question.h"
#include "services/sntp.h"

#include <stdio.h>

enum { NTP_FINE = 0, SECOND_MS = 1000 };

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
    at_urc(owner->at, "+QNTP: %d", NTP_FINE);
}

static void tell_failed(struct question *question)
{
    const struct tlsmodem *modem = question->owner->modem;

    at_urc(question->owner->at, "+QNTP: %d", (int)module_fact(modem, FACT_NTP_FAILED));
}

static void on_failed(void *ctx, enum err err)
{
    struct asked *asked = ctx;
    const struct tlsmodem *modem = asked->question.owner->modem;

    if (err == ERR_TIMEOUT) {
        module_note_fact(modem, FACT_NTP_LIMIT_MS);
        module_note_fact(modem, FACT_NTP_TRIES);
    }
    log_say(modem->config.log, LOG_WARNING, "+QNTP: %s", err_text(err));
    tell_failed(&asked->question);
}

static const struct sntp_events events = { .on_time = on_time, .on_failed = on_failed };

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct asked *asked = state;

    (void)unit;
    sntp_init(&asked->client, 0, &modem->world, &events, asked);
    asked->question = (struct question){
        .kind = QUESTION_TIME, .client = &asked->client, .command = "+QNTP", .on_lost = tell_failed
    };
}

const struct module_part quectel_ntp_part = { .size = sizeof(struct asked),
                                              .init = init,
                                              QUESTION_HOOKS };

enum { NTP_SERVER, NTP_PORT };

static enum at_status set_ntp(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    const struct at_arg *port = &args->list[NTP_PORT];
    char host[CONNECTION_HOST_MAX + 1];
    const struct sntp_target target = { .host = host,
                                        .port = port->given ? (uint16_t)port->number : SNTP_PORT,
                                        .timeout_ms = module_fact_peek(modem, FACT_NTP_LIMIT_MS),
                                        .tries = module_fact_peek(modem, FACT_NTP_TRIES) };
    struct asked *asked;

    snprintf(host, sizeof(host), "%.*s", (int)args->list[NTP_SERVER].text.len,
             (const char *)args->list[NTP_SERVER].text.data);
    if (!quectel_bearer_need(modem))
        return quectel_refuse_bearer(at, FACT_PLAIN_ERROR);
    asked = module_part(modem, &quectel_ntp_part, 0);
    if (asked == NULL)
        return at_refuse_memory(at, FACT_PLAIN_ERROR);
    if (question_is_busy(&asked->question))
        return at_refuse_plain(at, "a time server is being asked already");
    asked->question.owner = terminal_of(at);
    asked->question.cid = quectel_bearer_cid(quectel_bearer_foreground(modem));
    return sntp_start(&asked->client, &target) == ERR_OK ? AT_OK
                                                         : at_refuse_said(at, FACT_PLAIN_ERROR);
}

static const struct at_param ntp_params[] = {
    { .name = "server", .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX },
    { .name = "port", .optional = true, .quoted_too = true, .min = 1, .max = UINT16_MAX },
};

static const struct at_command rows[] = {
    { .name = "+QNTP",
      .help = "Sets the clock by a time server; the result follows OK.",
      .source = "docs/facts/quectel.md §2.1",
      .plain_error = true,
      AT_PARAMS(ntp_params),
      .test_text = "<server>,(1-65535)",
      .set = set_ntp },
};
const struct at_commands quectel_ntp_rows = AT_COMMANDS(rows);
