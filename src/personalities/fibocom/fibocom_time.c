/* fibocom_time.c: +MIPNTP: the clock set by a time server.  Source: fibocom.md §2.6. */
#include "personalities/fibocom/fibocom.h"

enum { STATUS_FAILED, STATUS_DONE };

enum { SECOND_MS = 1000 };

static void on_time(void *ctx, int64_t utc_ms)
{
    struct tlsmodem *modem = ctx;
    struct fibocom *fibocom = modem->maker;

    module_clock_set_utc(&modem->clock, utc_ms / SECOND_MS);
    at_urc(fibocom->clock_owner->at, "+MIPNTP: %d", STATUS_DONE);
}

static void on_failed(void *ctx, enum err err)
{
    struct fibocom *fibocom = ((struct tlsmodem *)ctx)->maker;

    (void)err; /* the log has it */
    at_urc(fibocom->clock_owner->at, "+MIPNTP: %d", STATUS_FAILED);
}

static const struct sntp_events events = { .on_time = on_time, .on_failed = on_failed };

void fibocom_time_start(struct tlsmodem *modem)
{
    sntp_init(&((struct fibocom *)modem->maker)->clock_client, FIBOCOM_SOCKETS + 1, &modem->world,
              &events, modem);
}

enum { NTP_HOST, NTP_PORT };

static enum at_status set_time_server(struct at_session *at, const struct at_args *args)
{
    struct fibocom *fibocom = fibocom_of(at);
    const struct at_arg *port = &args->list[NTP_PORT];
    char host[CONNECTION_HOST_MAX + 1] = { 0 };
    const struct sntp_target target = { .host = host,
                                        .port = port->given ? (uint16_t)port->number : SNTP_PORT,
                                        .timeout_ms = FACT_NTP_TIMEOUT_MS,
                                        .tries = FACT_NTP_TRIES };

    memcpy(host, args->list[NTP_HOST].text.data, args->list[NTP_HOST].text.len);
    if (!fibocom_context(module_of(at))->active ||
        sntp_start(&fibocom->clock_client, &target) != ERR_OK)
        return at_fail(at, FACT_ERROR_STATE);
    fibocom->clock_owner = terminal_of(at);
    return AT_OK;
}

static const struct at_param server_params[] = {
    { .name = "host", .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX, .values = "(url)" },
    { .name = "port", .optional = true, .min = 1, .max = 65535 },
};

static const struct at_command rows[] = {
    { .name = "+MIPNTP",
      .help = "Sets the clock by a time server: OK at once, +MIPNTP: 1 when it is set.",
      .source = "fibocom.md §2.6",
      AT_PARAMS(server_params),
      .set = set_time_server },
};
const struct at_commands fibocom_time = AT_COMMANDS(rows);
