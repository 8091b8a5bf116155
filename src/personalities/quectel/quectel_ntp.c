/* quectel_ntp.c: +QNTP: the module's clock by a time server.  quectel.md §2.1. */
#include "personalities/quectel/quectel.h"

#include <stdio.h>

enum { NTP_FINE = 0, SECOND_MS = 1000 };

static struct quectel_ntp *ntp_of(const struct tlsmodem *modem)
{
    return &((struct quectel *)modem->maker)->ntp;
}

static void on_time(void *ctx, int64_t utc_ms)
{
    struct quectel_ntp *ntp = ctx;

    module_clock_set_utc(&ntp->modem->clock, utc_ms / SECOND_MS);
    at_urc(ntp->owner->at, "+QNTP: %d", NTP_FINE);
}

static void on_failed(void *ctx, enum err err)
{
    struct quectel_ntp *ntp = ctx;

    log_say(ntp->modem->config.log, LOG_WARNING, "+QNTP: %s", err_text(err));
    at_urc(ntp->owner->at, "+QNTP: %d", FACT_NTP_FAILED);
}

static const struct sntp_events events = { .on_time = on_time, .on_failed = on_failed };

static enum err start(struct tlsmodem *modem)
{
    struct quectel_ntp *ntp = ntp_of(modem);

    ntp->modem = modem;
    sntp_init(&ntp->client, 0, &modem->world, &events, ntp);
    return ERR_OK;
}

static void stop(struct tlsmodem *modem)
{
    sntp_cancel(&ntp_of(modem)->client);
}

static int64_t deadline(struct tlsmodem *modem)
{
    return sntp_deadline(&ntp_of(modem)->client);
}

static void tick(struct tlsmodem *modem)
{
    sntp_tick(&ntp_of(modem)->client);
}

static void on_context_down(struct tlsmodem *modem, size_t cid)
{
    struct quectel_ntp *ntp = ntp_of(modem);

    if (!sntp_is_busy(&ntp->client) || ntp->cid != cid)
        return;
    sntp_cancel(&ntp->client);
    log_say(modem->config.log, LOG_WARNING, "+QNTP: the context is down");
    at_urc(ntp->owner->at, "+QNTP: %d", FACT_NTP_FAILED);
}

const struct quectel_part quectel_ntp_part = {
    .start = start,
    .stop = stop,
    .deadline = deadline,
    .tick = tick,
    .on_context_down = on_context_down,
};

enum { NTP_SERVER, NTP_PORT };

static enum at_status set_ntp(struct at_session *at, const struct at_args *args)
{
    struct quectel_ntp *ntp = ntp_of(module_of(at));
    const struct at_arg *port = &args->list[NTP_PORT];
    char host[CONNECTION_HOST_MAX + 1];
    const struct sntp_target target = { .host = host,
                                        .port = port->given ? (uint16_t)port->number : SNTP_PORT,
                                        .timeout_ms = FACT_NTP_LIMIT_MS,
                                        .tries = FACT_NTP_TRIES };

    snprintf(host, sizeof(host), "%.*s", (int)args->list[NTP_SERVER].text.len,
             (const char *)args->list[NTP_SERVER].text.data);
    if (sntp_is_busy(&ntp->client) || !quectel_bearer_need(module_of(at)))
        return at_fail_plain(at);
    ntp->owner = terminal_of(at);
    ntp->cid = (size_t)quectel_of(at)->settings.foreground + 1;
    return sntp_start(&ntp->client, &target) == ERR_OK ? AT_OK : at_fail_plain(at);
}

static const struct at_param ntp_params[] = {
    { .name = "server", .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX },
    { .name = "port", .optional = true, .quoted_too = true, .min = 1, .max = UINT16_MAX },
};

static const struct at_command rows[] = {
    { .name = "+QNTP",
      .help = "Sets the clock by a time server; the result follows OK.",
      .source = "quectel.md §2.1",
      .plain_error = true,
      AT_PARAMS(ntp_params),
      .test_text = "<server>,(1-65535)",
      .set = set_ntp },
};
const struct at_commands quectel_ntp_rows = AT_COMMANDS(rows);
