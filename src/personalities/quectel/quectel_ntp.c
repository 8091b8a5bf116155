/* quectel_ntp.c: +QNTP: the module's clock by a time server.  docs/facts/quectel.md §2.1. */
#include "personalities/quectel/quectel.h"

#include "services/sntp.h"

#include <stdio.h>

enum { NTP_FINE = 0, SECOND_MS = 1000 };

/* One at a time. */
struct ntp {
    struct tlsmodem *modem;
    struct module_terminal *owner;
    size_t cid; /* of its context */
    struct sntp client;
};

static void on_time(void *ctx, int64_t utc_ms)
{
    struct ntp *ntp = ctx;

    module_clock_set_utc(&ntp->modem->clock, utc_ms / SECOND_MS);
    at_urc(ntp->owner->at, "+QNTP: %d", NTP_FINE);
}

static void say_failed(const struct ntp *ntp, const char *why)
{
    log_say(ntp->modem->config.log, LOG_WARNING, "+QNTP: %s", why);
    at_urc(ntp->owner->at, "+QNTP: %d", (int)module_fact(ntp->modem, FACT_NTP_FAILED));
}

static void on_failed(void *ctx, enum err err)
{
    struct ntp *ntp = ctx;

    if (err == ERR_TIMEOUT) {
        module_note_fact(ntp->modem, FACT_NTP_LIMIT_MS);
        module_note_fact(ntp->modem, FACT_NTP_TRIES);
    }
    say_failed(ntp, err_text(err));
}

static const struct sntp_events events = { .on_time = on_time, .on_failed = on_failed };

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct ntp *ntp = state;

    (void)unit;
    ntp->modem = modem;
    sntp_init(&ntp->client, 0, &modem->world, &events, ntp);
}

static void deinit(struct tlsmodem *modem, void *state)
{
    (void)modem;
    sntp_cancel(&((struct ntp *)state)->client);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return !sntp_is_busy(&((const struct ntp *)state)->client);
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return sntp_deadline(&((const struct ntp *)state)->client);
}

static void tick(struct tlsmodem *modem, void *state)
{
    (void)modem;
    sntp_tick(&((struct ntp *)state)->client);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct ntp *ntp = state;

    if (!sntp_is_busy(&ntp->client) || ntp->cid != cid)
        return;
    (void)modem;
    sntp_cancel(&ntp->client);
    say_failed(ntp, "the context is down");
}

/* Its unit is there for one question. */
static bool owes(const struct tlsmodem *modem, const void *state)
{
    return !is_idle(modem, state);
}

const struct module_part quectel_ntp_part = {
    .size = sizeof(struct ntp),
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .owes = owes,
    .deadline = deadline,
    .tick = tick,
    .on_context_down = on_context_down,
};

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
    struct ntp *ntp;

    snprintf(host, sizeof(host), "%.*s", (int)args->list[NTP_SERVER].text.len,
             (const char *)args->list[NTP_SERVER].text.data);
    if (!quectel_bearer_need(modem))
        return at_fail_plain(at);
    ntp = module_part(modem, &quectel_ntp_part, 0);
    if (ntp == NULL || sntp_is_busy(&ntp->client))
        return at_fail_plain(at);
    ntp->owner = terminal_of(at);
    ntp->cid = quectel_bearer_cid(quectel_bearer_foreground(modem));
    return sntp_start(&ntp->client, &target) == ERR_OK ? AT_OK : at_fail_plain(at);
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
