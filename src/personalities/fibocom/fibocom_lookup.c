/* fibocom_lookup.c: +MIPDNS and +MPING: names and echo requests, one at a time.
 *
 * Source: docs/facts/fibocom.md §2.6.
 */
#include "personalities/fibocom/fibocom.h"

#include "bridge/ping.h"
#include "personalities/common/question.h"
#include "services/address_text.h"

#include <stdio.h>

enum { SECOND_MS = 1000, PING_DONE = 0 };

/* There while one is under way. */
struct asked {
    struct question question; /* first member */
    char host[CONNECTION_HOST_MAX + 1];
    struct lookup lookup; /* +MIPDNS */
    struct ping ping;     /* +MPING */
    int32_t timeout_fact; /* which says how long an answer is waited for; 0: the host does */
};

static void tell_lost(struct question *question);

/* NULL: the error is noted. */
static struct asked *begin(struct at_session *at, enum question_kind kind,
                           const struct at_arg *host)
{
    bool name = kind == QUESTION_NAME;
    struct tlsmodem *modem = module_of(at);
    struct asked *asked = module_part_if(modem, &fibocom_lookup_part, 0);

    if (!fibocom_context(modem)->active) {
        fibocom_refuse_offline(at);
        return NULL;
    }
    if (asked != NULL && question_is_busy(&asked->question)) {
        at_refuse(at, FACT_ERROR_STATE, "a look-up or +MPING is under way");
        return NULL;
    }
    asked = module_part(modem, &fibocom_lookup_part, 0);
    if (asked == NULL) {
        at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
        return NULL;
    }
    asked->question =
        (struct question){ .kind = kind,
                           .client = name ? (void *)&asked->lookup : (void *)&asked->ping,
                           .command = name ? "+MIPDNS" : "+MPING",
                           .owner = terminal_of(at),
                           .cid = CALL_CID,
                           .on_lost = tell_lost };
    snprintf(asked->host, sizeof(asked->host), "%.*s", (int)host->text.len,
             (const char *)host->text.data);
    return asked;
}

static void note_time(const struct asked *asked, enum err err)
{
    if (err == ERR_TIMEOUT)
        module_note_fact(module_of(asked->question.owner->at), FACT_NAME_MS);
}

/* ---- +MIPDNS ---- */

static void on_addresses(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct asked *asked = ctx;
    struct at_session *at = asked->question.owner->at;
    char text[ADDRESS_TEXT_MAX];

    note_time(asked, err);
    if (err != ERR_OK) {
        at_finish(at, at_refuse(at, FIBOCOM_NOT_FOUND, "%s", err_text(err)));
        return;
    }
    address_text(lookup_pick(list, count), text);
    at_info(at, "+MIPDNS: \"%s\",%s", asked->host, text);
    at_finish(at, AT_OK);
}

static void on_abort(struct at_session *at, void *ctx)
{
    question_cancel(&((struct asked *)ctx)->question);
    at_finish(at, at_refuse_plain(at, "given up: DTR has dropped"));
}

static enum at_status set_dns(struct at_session *at, const struct at_args *args)
{
    struct asked *asked = begin(at, QUESTION_NAME, &args->list[0]);

    if (asked == NULL)
        return AT_FAIL;
    if (lookup_start(&asked->lookup, &module_of(at)->world, asked->host,
                     module_fact_peek(module_of(at), FACT_NAME_MS), on_addresses, asked) != ERR_OK)
        return at_refuse(at, FIBOCOM_NOT_FOUND, "the look-up cannot begin");
    at_await(at, on_abort, asked);
    return AT_LATER;
}

/* ---- +MPING ---- */

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    struct asked *asked = ctx;
    char text[ADDRESS_TEXT_MAX];

    (void)ttl;
    if (err == ERR_TIMEOUT)
        module_note_fact(module_of(asked->question.owner->at), asked->timeout_fact);
    if (err != ERR_OK)
        return;
    address_text(&asked->ping.to, text);
    at_urc(asked->question.owner->at, "+MPING: \"%s\",0,0,%u", text, (unsigned)round_trip_ms);
}

static void tell_statistics(const struct asked *asked, int status)
{
    const struct ping *ping = &asked->ping;
    char text[ADDRESS_TEXT_MAX];

    address_text(&ping->to, text);
    at_urc(asked->question.owner->at, "+MPINGSTAT: %d,\"%s\",%d,%d,%u", status, text, ping->sent,
           ping->answered, (unsigned)ping_average_ms(ping));
}

static void on_pinged(void *ctx, enum err err)
{
    struct asked *asked = ctx;
    struct at_session *at = asked->question.owner->at;

    note_time(asked, err);
    if (err == ERR_OK) {
        tell_statistics(asked, PING_DONE);
        return;
    }
    log_say(at_log_of(at), LOG_WARNING, "+MPING: %s: %s", asked->host, err_text(err));
    at_urc(at, "+MPINGSTAT: %d,\"%s\",0,0,0", (int)module_fact(module_of(at), FACT_PING_FAILED),
           asked->host);
}

static const struct ping_events ping_events = { .on_echo = on_echo, .on_done = on_pinged };

enum { PING_MODE, PING_HOST, PING_COUNT, PING_SIZE, PING_TTL, PING_TOS, PING_TIMEOUT };

/* The number, or the fact that says what it is without one. */
static int32_t number_or(const struct tlsmodem *modem, const struct at_arg *arg, int32_t fact)
{
    return arg->given ? arg->number : module_fact(modem, fact);
}

static uint32_t timeout_s(const struct tlsmodem *modem, const struct at_arg *arg, int32_t *ret_fact)
{
    int32_t seconds = arg->given ? arg->number : module_fact_peek(modem, FACT_PING_TIMEOUT_S);
    int32_t most = module_fact_peek(modem, FACT_PING_TIMEOUT_MAX_S);

    *ret_fact = arg->given ? 0 : FACT_PING_TIMEOUT_S;
    if (seconds <= most)
        return (uint32_t)seconds;
    *ret_fact = FACT_PING_TIMEOUT_MAX_S;
    return (uint32_t)most;
}

static enum at_status set_ping(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    struct asked *asked = module_part_if(modem, &fibocom_lookup_part, 0);
    const struct at_arg *list = args->list;
    struct ping_job job = { .ttl = list[PING_TTL].given ? list[PING_TTL].number : 0,
                            .lookup_ms = module_fact_peek(modem, FACT_NAME_MS) };

    if (list[PING_MODE].number == 0) {
        if (asked != NULL)
            ping_cancel(&asked->ping);
        return AT_OK;
    }
    if (!list[PING_HOST].given)
        return at_refuse(at, FACT_ERROR_SYNTAX, "<%s> is missing",
                         at_row(at)->params[PING_HOST].name);
    asked = begin(at, QUESTION_ECHO, &list[PING_HOST]);
    if (asked == NULL)
        return AT_FAIL;
    job.count = number_or(modem, &list[PING_COUNT], FACT_PING_COUNT);
    job.bytes = (size_t)number_or(modem, &list[PING_SIZE], FACT_PING_SIZE);
    job.timeout_ms =
        timeout_s(modem, &list[PING_TIMEOUT], &asked->timeout_fact) * (uint32_t)SECOND_MS;
    if (ping_start(&asked->ping, &modem->world, asked->host, &job, &ping_events, asked) != ERR_OK)
        return at_refuse(at, FIBOCOM_NOT_FOUND, "the look-up cannot begin");
    return AT_OK;
}

/* ---- the part ---- */

/* No name server can be asked any more, no request sent. */
static void tell_lost(struct question *question)
{
    struct asked *asked = (struct asked *)question;

    if (question->kind == QUESTION_NAME)
        on_addresses(asked, ERR_UNREACHABLE, NULL, 0);
    else if (asked->ping.sent > 0)
        tell_statistics(asked, (int)module_fact(question->owner->modem, FACT_PING_FAILED));
    else
        on_pinged(asked, ERR_UNREACHABLE);
}

const struct module_part fibocom_lookup_part = { .size = sizeof(struct asked), QUESTION_HOOKS };

#define HOST .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX, .values = "(url)"

static const struct at_param dns_params[] = {
    { .name = "host", HOST },
    { .name = "type", .optional = true, .max = 2 },
};
static const struct at_param ping_params[] = {
    { .name = "mode", .max = 1 },
    { .name = "destination", HOST, .optional = true },
    { .name = "count", .optional = true, .min = 1, .max = 65535 },
    { .name = "size", .optional = true, .max = NET_ECHO_MAX },
    { .name = "ttl", .optional = true, .min = 1, .max = 255 },
    { .name = "tos", .optional = true, .max = 255 },
    { .name = "timeout", .optional = true, .min = 1, .max = 65535 },
};
static const struct at_command rows[] = {
    { .name = "+MIPDNS",
      .help = "Looks a host name up.",
      .source = "docs/facts/fibocom.md §2.6",
      AT_PARAMS(dns_params),
      .set = set_dns },
    { .name = "+MPING",
      .help = "Sends echo requests: OK at once, +MPING for each answer, +MPINGSTAT at the end.",
      .source = "docs/facts/fibocom.md §2.6",
      AT_PARAMS(ping_params),
      .set = set_ping },
};
const struct at_commands fibocom_lookup = AT_COMMANDS(rows);
