/* quectel_ping.c: +QPING: echo requests.  docs/facts/quectel.md §2.1. */
#include "personalities/quectel/quectel.h"

#include "bridge/ping.h"
#include "personalities/common/question.h"

#include <stdio.h>

enum { SECOND_MS = 1000, NEXT_MS = 1000 };

/* Numbers of +QPING: one request, one without an answer, the end of all. */
enum { PING_ANSWER, PING_TIMEOUT, PING_DONE, PING_BUSY, PING_NO_HOST, PING_NO_CONTEXT };

/* One at a time. */
struct asked {
    struct question question; /* first member */
    struct ping ping;
};

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    struct asked *asked = ctx;
    struct at_session *at = asked->question.owner->at;
    char address[ADDRESS_TEXT_MAX];

    if (err != ERR_OK) {
        log_say(at_log_of(at), LOG_WARNING, "+QPING: %s", err_text(err));
        at_urc(at, "+QPING: %d", PING_TIMEOUT);
        return;
    }
    address_text(&asked->ping.to, address);
    at_urc(at, "+QPING: %d,%s,%d,%u,%d", PING_ANSWER, address, (int)asked->ping.job.bytes,
           (unsigned)round_trip_ms, ttl);
}

static void on_done(void *ctx, enum err err)
{
    struct asked *asked = ctx;
    struct at_session *at = asked->question.owner->at;
    const struct ping *ping = &asked->ping;

    if (err != ERR_OK) {
        if (err == ERR_TIMEOUT)
            module_note_fact(module_of(at), FACT_PING_LOOKUP_LIMIT_MS);
        log_say(at_log_of(at), LOG_WARNING, "+QPING: %s", err_text(err));
        at_urc(at, "+QPING: %d",
               err == ERR_DENIED || err == ERR_UNSUPPORTED ? PING_NO_CONTEXT : PING_NO_HOST);
        return;
    }
    at_urc(at, "+QPING: %d,%d,%d,%d,%u,%u,%u", PING_DONE, ping->sent, ping->answered,
           ping->sent - ping->answered, (unsigned)ping->shortest_ms, (unsigned)ping->longest_ms,
           (unsigned)ping_average_ms(ping));
}

static const struct ping_events events = { .on_echo = on_echo, .on_done = on_done };

static void tell_lost(struct question *question)
{
    at_urc(question->owner->at, "+QPING: %d", PING_NO_CONTEXT);
}

enum { PING_HOST, PING_LIMIT, PING_COUNT };

static enum at_status start_ping(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    struct asked *asked = module_part(modem, &quectel_ping_part, 0);
    const struct at_arg *limit = &args->list[PING_LIMIT], *count = &args->list[PING_COUNT];
    const struct ping_job job = { .count = count->given ? count->number : 4,
                                  .bytes = (size_t)module_fact(modem, FACT_PING_BYTES),
                                  .timeout_ms =
                                      (uint32_t)(limit->given ? limit->number : 1) * SECOND_MS,
                                  .lookup_ms = module_fact_peek(modem, FACT_PING_LOOKUP_LIMIT_MS),
                                  .pause_ms = NEXT_MS };
    char host[CONNECTION_HOST_MAX + 1];

    if (asked == NULL)
        return at_refuse_memory(at, FACT_PLAIN_ERROR);
    snprintf(host, sizeof(host), "%.*s", (int)args->list[PING_HOST].text.len,
             (const char *)args->list[PING_HOST].text.data);
    asked->question =
        (struct question){ .kind = QUESTION_ECHO,
                           .client = &asked->ping,
                           .command = "+QPING",
                           .owner = terminal_of(at),
                           .cid = quectel_bearer_cid(quectel_bearer_foreground(modem)),
                           .on_lost = tell_lost };
    if (ping_start(&asked->ping, &modem->world, host, &job, &events, asked) != ERR_OK)
        return at_refuse_plain(at, "the look-up cannot begin");
    return AT_OK;
}

static enum at_status set_ping(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    const struct asked *asked = module_part_if(modem, &quectel_ping_part, 0);

    if (asked != NULL && question_is_busy(&asked->question)) {
        at_remark(at, "another +QPING is under way");
        at_urc(at, "+QPING: %d", PING_BUSY);
    } else if (!quectel_bearer_need(modem)) {
        quectel_remark_bearer(at);
        at_urc(at, "+QPING: %d", PING_NO_CONTEXT);
    } else {
        return start_ping(at, args);
    }
    return AT_OK;
}

const struct module_part quectel_ping_part = { .size = sizeof(struct asked), QUESTION_HOOKS };

static const struct at_param ping_params[] = {
    { .name = "host", .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX },
    { .name = "timeout", .optional = true, .min = 1, .max = 255 },
    { .name = "pingnum", .optional = true, .min = 1, .max = 10 },
};

static const struct at_command rows[] = {
    { .name = "+QPING",
      .help = "Echo requests to a host, a line each after OK, then a summary.",
      .source = "docs/facts/quectel.md §2.1",
      .plain_error = true,
      AT_PARAMS(ping_params),
      .test_text = "<host>,(1-255),(1-10)",
      .set = set_ping },
};
const struct at_commands quectel_ping_rows = AT_COMMANDS(rows);
