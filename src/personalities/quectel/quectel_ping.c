/* quectel_ping.c: +QPING: echo requests.  docs/facts/quectel.md §2.1. */
#include "personalities/quectel/quectel.h"

#include <stdio.h>

enum { SECOND_MS = 1000, NEXT_MS = 1000 };

/* Numbers of +QPING: one request, one without an answer, the end of all. */
enum { PING_ANSWER, PING_TIMEOUT, PING_DONE, PING_BUSY, PING_NO_HOST, PING_NO_CONTEXT };

/* One at a time. */
struct ping {
    struct tlsmodem *modem;
    struct module_terminal *owner; /* NULL: none is under way */
    size_t cid;                    /* of its context */
    struct net_query *query;       /* NULL between two requests */
    struct net_address to;
    int32_t timeout_s, count;
    int32_t sent, answered;
    uint32_t shortest_ms, longest_ms, sum_ms;
    int64_t next_ms;   /* of the next request, or CLOCK_NEVER */
    int64_t lookup_ms; /* when the lookup of the host is given up, or CLOCK_NEVER */
};

static void end(struct ping *ping)
{
    ping->owner = NULL;
    ping->query = NULL;
    ping->next_ms = CLOCK_NEVER;
    ping->lookup_ms = CLOCK_NEVER;
}

static void say_no_host(struct ping *ping, enum err err)
{
    log_say(ping->modem->config.log, LOG_WARNING, "+QPING: %s", err_text(err));
    at_urc(ping->owner->at, "+QPING: %d", PING_NO_HOST);
    end(ping);
}

static void say_summary(struct ping *ping)
{
    uint32_t average_ms = ping->answered > 0 ? ping->sum_ms / (uint32_t)ping->answered : 0;

    at_urc(ping->owner->at, "+QPING: %d,%d,%d,%d,%u,%u,%u", PING_DONE, (int)ping->sent,
           (int)ping->answered, (int)(ping->sent - ping->answered), (unsigned)ping->shortest_ms,
           (unsigned)ping->longest_ms, (unsigned)average_ms);
    end(ping);
}

static void note(struct ping *ping, uint32_t round_trip_ms, int ttl)
{
    char address[ADDRESS_TEXT_MAX];

    if (ping->answered == 0 || round_trip_ms < ping->shortest_ms)
        ping->shortest_ms = round_trip_ms;
    if (round_trip_ms > ping->longest_ms)
        ping->longest_ms = round_trip_ms;
    ping->sum_ms += round_trip_ms;
    ping->answered++;
    address_text(&ping->to, address);
    at_urc(ping->owner->at, "+QPING: %d,%s,%d,%u,%d", PING_ANSWER, address, FACT_PING_BYTES,
           (unsigned)round_trip_ms, ttl);
}

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    struct ping *ping = ctx;

    module_enter(ping->modem);
    ping->query = NULL;
    if (err == ERR_OK) {
        note(ping, round_trip_ms, ttl);
    } else {
        log_say(ping->modem->config.log, LOG_WARNING, "+QPING: %s", err_text(err));
        at_urc(ping->owner->at, "+QPING: %d", PING_TIMEOUT);
    }
    if (ping->sent < ping->count)
        ping->next_ms = module_now(ping->modem) + NEXT_MS;
    else
        say_summary(ping);
    module_leave(ping->modem);
}

/* A request that cannot be started counts as one without an answer. */
static void send(struct ping *ping)
{
    struct net *net = ping->modem->config.net;
    const struct net_echo echo = { .to = ping->to,
                                   .bytes = FACT_PING_BYTES,
                                   .timeout_ms = (uint32_t)ping->timeout_s * SECOND_MS };
    enum err err = net_start_echo(net, &echo, on_echo, ping, &ping->query);

    ping->sent++;
    ping->next_ms = CLOCK_NEVER;
    if (err != ERR_OK)
        on_echo(ping, err, 0, 0);
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct ping *ping = ctx;

    module_enter(ping->modem);
    ping->query = NULL;
    ping->lookup_ms = CLOCK_NEVER;
    if (err == ERR_OK && count > 0) {
        ping->to = list[0];
        send(ping);
    } else {
        say_no_host(ping, err);
    }
    module_leave(ping->modem);
}

enum { PING_HOST, PING_LIMIT, PING_COUNT };

static enum at_status start_ping(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    struct net *net = modem->config.net;
    struct ping *ping = module_part(modem, &quectel_ping_part, 0);
    char host[CONNECTION_HOST_MAX + 1];

    if (ping == NULL)
        return at_fail_plain(at);
    snprintf(host, sizeof(host), "%.*s", (int)args->list[PING_HOST].text.len,
             (const char *)args->list[PING_HOST].text.data);
    *ping = (struct ping){
        .modem = modem,
        .owner = terminal_of(at),
        .cid = quectel_bearer_cid(quectel_bearer_foreground(modem)),
        .timeout_s = args->list[PING_LIMIT].given ? args->list[PING_LIMIT].number : 1,
        .count = args->list[PING_COUNT].given ? args->list[PING_COUNT].number : 4,
        .next_ms = CLOCK_NEVER,
        .lookup_ms = module_now(modem) + FACT_LOOKUP_LIMIT_MS,
    };
    if (net_resolve(net, host, on_resolved, ping, &ping->query) != ERR_OK) {
        end(ping);
        return at_fail_plain(at);
    }
    return AT_OK;
}

static enum at_status set_ping(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);

    if (module_part_if(modem, &quectel_ping_part, 0) != NULL)
        at_urc(at, "+QPING: %d", PING_BUSY);
    else if (!quectel_bearer_need(modem))
        at_urc(at, "+QPING: %d", PING_NO_CONTEXT);
    else
        return start_ping(at, args);
    return AT_OK;
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct ping *ping = state;

    (void)modem;
    if (ping->query != NULL)
        net_cancel(ping->query);
    end(ping);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return ((const struct ping *)state)->owner == NULL;
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct ping *ping = state;

    (void)modem;
    return time_earlier(ping->next_ms, ping->lookup_ms);
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct ping *ping = state;

    if (module_now(modem) >= ping->next_ms)
        send(ping);
    if (module_now(modem) >= ping->lookup_ms) {
        net_cancel(ping->query);
        say_no_host(ping, ERR_TIMEOUT);
    }
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct ping *ping = state;

    if (ping->owner == NULL || ping->cid != cid)
        return;
    log_say(modem->config.log, LOG_WARNING, "+QPING: the context is down");
    at_urc(ping->owner->at, "+QPING: %d", PING_NO_CONTEXT);
    deinit(modem, ping);
}

/* There while one is under way. */
const struct module_part quectel_ping_part = {
    .size = sizeof(struct ping),
    .deinit = deinit,
    .is_idle = is_idle,
    .deadline = deadline,
    .tick = tick,
    .on_context_down = on_context_down,
};

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
