/* telit_lookup.c: #QDNS, #PING, #NTP: names, echo requests, the time, one of them at once.
 *
 * Source: docs/facts/telit.md §4.1.
 */
#include "personalities/telit/telit.h"

#include "bridge/ping.h"
#include "module/network_time.h"
#include "personalities/common/question.h"
#include "services/address_text.h"
#include "services/sntp.h"

#include <stdio.h>

enum { SECOND_MS = 1000, STEP_MS = 100 };

/* What #PING shows of a request that nobody has answered. */
enum { LOST_TIME = 600, LOST_TTL = 255 };

/* There while one is under way. */
struct asked {
    struct question question; /* first member */
    char host[CONNECTION_HOST_MAX + 1];
    struct lookup lookup; /* #QDNS */
    struct ping ping;     /* #PING */
    struct sntp sntp;     /* #NTP: */
    bool sets_clock;
    int32_t zone_quarters;
};

static const struct sntp_events sntp_events;

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct asked *asked = state;

    (void)unit;
    sntp_init(&asked->sntp, 0, &modem->world, &sntp_events, asked);
}

const struct module_part telit_lookup_part = { .size = sizeof(struct asked),
                                               .init = init,
                                               QUESTION_HOOKS };

/* The first that is active; 0: none. */
static size_t active_context(const struct tlsmodem *modem)
{
    for (size_t cid = 1; cid <= modem->network.context_count; cid++) {
        if (network_context((struct module_network *)&modem->network, cid)->active)
            return cid;
    }
    return 0;
}

/* The context went down under a command that waits. */
static void tell_lost(struct question *question)
{
    struct at_session *at = question->owner->at;

    at_finish(at, at_refuse_said(at, TELIT_CONTEXT_NOT_OPEN));
}

/* NULL: the error is noted. */
static struct asked *begin(struct at_session *at, enum question_kind kind,
                           const struct at_arg *host)
{
    struct tlsmodem *modem = module_of(at);
    struct asked *asked = module_part_if(modem, &telit_lookup_part, 0);
    size_t cid = active_context(modem);

    if (cid == 0) {
        at_refuse(at, TELIT_CONTEXT_NOT_OPEN, "no context is active; AT#SGACT=1,1 first");
        return NULL;
    }
    if (asked != NULL && question_is_busy(&asked->question)) {
        at_refuse(at, TELIT_NOT_ALLOWED, "%s of another port is under way",
                  asked->question.command);
        return NULL;
    }
    asked = module_part(modem, &telit_lookup_part, 0);
    if (asked == NULL) {
        at_refuse_memory(at, TELIT_MEMORY_FAILURE);
        return NULL;
    }
    question_cancel(&asked->question); /* gives back what the one before has kept */
    asked->question = (struct question){ .kind = kind,
                                         .client = &asked->lookup,
                                         .command = at_row_name(at),
                                         .owner = terminal_of(at),
                                         .cid = cid,
                                         .on_lost = tell_lost };
    if (kind == QUESTION_ECHO)
        asked->question.client = &asked->ping;
    else if (kind == QUESTION_TIME)
        asked->question.client = &asked->sntp;
    snprintf(asked->host, sizeof(asked->host), "%.*s", (int)host->text.len,
             (const char *)host->text.data);
    return asked;
}

static void on_abort(struct at_session *at, void *ctx)
{
    question_cancel(&((struct asked *)ctx)->question);
    at_finish(at, at_refuse_plain(at, "given up: DTR has dropped"));
}

static enum at_status wait_for(struct at_session *at, struct asked *asked, enum err err)
{
    if (err != ERR_OK)
        return at_refuse(at, TELIT_RESOLVE, "the look-up cannot begin");
    at_await(at, on_abort, asked);
    return AT_LATER;
}

static enum at_status refuse_name(struct at_session *at, const struct asked *asked, enum err err)
{
    if (err == ERR_TIMEOUT)
        module_note_fact(module_of(at), FACT_LOOKUP_LIMIT_MS);
    return at_refuse(at, TELIT_RESOLVE, "%s: %s", asked->host, err_text(err));
}

/* ---- #QDNS ---- */

static void on_addresses(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct asked *asked = ctx;
    struct at_session *at = asked->question.owner->at;
    char text[ADDRESS_TEXT_MAX];

    if (err != ERR_OK) {
        at_finish(at, refuse_name(at, asked, err));
        return;
    }
    address_text(lookup_pick(list, count), text);
    at_info(at, "#QDNS: \"%s\",\"%s\"", asked->host, text);
    at_finish(at, AT_OK);
}

static enum at_status set_name(struct at_session *at, const struct at_args *args)
{
    struct asked *asked = begin(at, QUESTION_NAME, &args->list[0]);

    if (asked == NULL)
        return AT_FAIL;
    return wait_for(at, asked,
                    lookup_start(&asked->lookup, &module_of(at)->world, asked->host,
                                 module_fact_peek(module_of(at), FACT_LOOKUP_LIMIT_MS),
                                 on_addresses, asked));
}

/* ---- #PING ---- */

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    struct asked *asked = ctx;
    struct at_session *at = asked->question.owner->at;
    char text[ADDRESS_TEXT_MAX];
    int time = err == ERR_OK ? (int)((round_trip_ms + STEP_MS - 1) / STEP_MS) : LOST_TIME;

    if (err != ERR_OK)
        at_remark(at, "%s: %s", asked->host, err_text(err));
    address_text(&asked->ping.to, text);
    at_info(at, "#PING: %02d,\"%s\",%d,%d", asked->ping.sent, text, time,
            err == ERR_OK ? ttl : LOST_TTL);
}

static void on_pinged(void *ctx, enum err err)
{
    struct asked *asked = ctx;
    struct at_session *at = asked->question.owner->at;

    at_finish(at, err == ERR_OK ? AT_OK : refuse_name(at, asked, err));
}

static const struct ping_events ping_events = { .on_echo = on_echo, .on_done = on_pinged };

enum { PING_HOST, PING_COUNT, PING_BYTES, PING_TIMEOUT, PING_TTL };

static int32_t number_or(const struct at_arg *arg, int32_t preset)
{
    return arg->given ? arg->number : preset;
}

static enum at_status set_ping(struct at_session *at, const struct at_args *args)
{
    enum { COUNT = 4, BYTES = 32, TIMEOUT = 50, TTL = 128 };
    struct asked *asked = begin(at, QUESTION_ECHO, &args->list[PING_HOST]);
    const struct ping_job job = {
        .count = number_or(&args->list[PING_COUNT], COUNT),
        .bytes = (size_t)number_or(&args->list[PING_BYTES], BYTES),
        .ttl = number_or(&args->list[PING_TTL], TTL),
        .timeout_ms = (uint32_t)number_or(&args->list[PING_TIMEOUT], TIMEOUT) * (uint32_t)STEP_MS,
        .lookup_ms = module_fact_peek(module_of(at), FACT_LOOKUP_LIMIT_MS),
        .pause_ms = module_fact(module_of(at), FACT_PING_PAUSE_MS),
    };

    if (asked == NULL)
        return AT_FAIL;
    return wait_for(
        at, asked,
        ping_start(&asked->ping, &module_of(at)->world, asked->host, &job, &ping_events, asked));
}

/* ---- #NTP ---- */

static void on_time(void *ctx, int64_t utc_ms)
{
    struct asked *asked = ctx;
    struct module_terminal *owner = asked->question.owner;
    struct module_time time = module_time_of(utc_ms / SECOND_MS, asked->zone_quarters);
    char text[MODULE_TIME_CAP];

    if (asked->sets_clock && module_clock_set(&owner->modem->clock, &time))
        network_time_by_hand(owner->modem);
    module_time_text(&time, text);
    at_info(owner->at, "#NTP: %s", text);
    at_finish(owner->at, AT_OK);
}

static void on_failed(void *ctx, enum err err)
{
    struct at_session *at = ((struct asked *)ctx)->question.owner->at;

    at_finish(at, at_refuse_said(at, err == ERR_RESOLVE ? TELIT_RESOLVE : FACT_ERROR_NTP));
}

static const struct sntp_events sntp_events = { .on_time = on_time, .on_failed = on_failed };

enum { NTP_SERVER, NTP_PORT, NTP_UPDATE, NTP_TIMEOUT, NTP_ZONE };

static enum at_status set_time(struct at_session *at, const struct at_args *args)
{
    struct asked *asked = begin(at, QUESTION_TIME, &args->list[NTP_SERVER]);
    struct sntp_target target = { .port = (uint16_t)args->list[NTP_PORT].number,
                                  .timeout_ms = (int64_t)args->list[NTP_TIMEOUT].number * SECOND_MS,
                                  .tries = 1 };

    if (asked == NULL)
        return AT_FAIL;
    asked->sets_clock = args->list[NTP_UPDATE].number != 0;
    asked->zone_quarters =
        number_or(&args->list[NTP_ZONE], (int32_t)module_of(at)->clock.zone_quarters);
    target.host = asked->host;
    if (sntp_start(&asked->sntp, &target) != ERR_OK)
        return at_refuse_said(at, TELIT_RESOLVE);
    return wait_for(at, asked, ERR_OK);
}

/* ---- rows ---- */

#define HOST .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX

static const struct at_param name_params[] = { { .name = "hostName", HOST } };
static const struct at_param ping_params[] = {
    { .name = "IPaddr", HOST },
    { .name = "retryNum", .optional = true, .min = 1, .max = 64 },
    { .name = "len", .optional = true, .min = 32, .max = 1460 },
    { .name = "timeout", .optional = true, .min = 1, .max = 600 },
    { .name = "ttl", .optional = true, .min = 1, .max = 255 },
};
static const struct at_param ntp_params[] = {
    { .name = "NTPaddr", HOST },
    { .name = "NTPport", .min = 1, .max = 65535 },
    { .name = "update_module_clock", .max = 1 },
    { .name = "timeout", .min = 1, .max = 10 },
    { .name = "timezone", .optional = true, .min = -47, .max = 48 },
};

static const struct at_command rows[] = {
    { .name = "#QDNS",
      .help = "Address of a name.",
      .source = "docs/facts/telit.md §4.1",
      AT_PARAMS(name_params),
      .test_text = "",
      .set = set_name },
    { .name = "#PING",
      .help = "Echo requests to a host, a line each; times in 0.1 s.",
      .source = "docs/facts/telit.md §4.1",
      AT_PARAMS(ping_params),
      .set = set_ping },
    { .name = "#NTP",
      .help = "Asks a time server, and sets the clock by it where <update_module_clock> is 1.",
      .source = "docs/facts/telit.md §4.1",
      AT_PARAMS(ntp_params),
      .set = set_time },
};
const struct at_commands telit_lookup = AT_COMMANDS(rows);
