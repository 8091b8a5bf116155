/* fibocom_lookup.c: +MIPDNS and +MPING: names and echo requests, one at a time.
 *
 * Source: docs/facts/fibocom.md §2.6.
 */
#include "personalities/fibocom/fibocom.h"

#include "services/address_text.h"

enum { SECOND_MS = 1000, PING_DONE = 0 };

/* There while one is under way. */
struct lookup {
    struct net_query *query; /* NULL: it has ended */
    struct module_terminal *owner;
    char host[CONNECTION_HOST_MAX + 1];
    struct net_address to;
    int count, size, ttl, timeout_s;
    int sent, received;
    uint32_t total_ms;     /* of the round trips */
    int64_t name_until_ms; /* a name server is waited for until then, or CLOCK_NEVER */
    bool pinging;
};

static void stop(struct lookup *lookup)
{
    if (lookup->query != NULL)
        net_cancel(lookup->query);
    lookup->query = NULL;
    lookup->name_until_ms = CLOCK_NEVER;
}

/* NULL: the error is noted. */
static struct lookup *begin(struct at_session *at, const struct at_arg *host)
{
    struct tlsmodem *modem = module_of(at);
    struct lookup *lookup = module_part_if(modem, &fibocom_lookup_part, 0);

    if (!fibocom_context(modem)->active || (lookup != NULL && lookup->query != NULL)) {
        at_fail(at, FACT_ERROR_STATE);
        return NULL;
    }
    lookup = module_part(modem, &fibocom_lookup_part, 0);
    if (lookup == NULL) {
        at_fail(at, FIBOCOM_MEMORY_FAILURE);
        return NULL;
    }
    *lookup = (struct lookup){ .owner = terminal_of(at), .name_until_ms = CLOCK_NEVER };
    memcpy(lookup->host, host->text.data, host->text.len);
    return lookup;
}

/* Asks for the name's addresses; false: nothing was started. */
static bool resolve(struct lookup *lookup, net_resolved_fn *on_resolved)
{
    struct tlsmodem *modem = lookup->owner->modem;

    if (net_resolve(modem->config.net, lookup->host, on_resolved, lookup, &lookup->query) !=
        ERR_OK) {
        lookup->query = NULL;
        return false;
    }
    lookup->name_until_ms = module_now(modem) + FACT_NAME_MS;
    return true;
}

static void tell_name(struct lookup *lookup, const struct net_address *address)
{
    struct at_session *at = lookup->owner->at;
    char text[ADDRESS_TEXT_MAX];

    if (address == NULL) {
        at_finish(at, at_fail(at, FIBOCOM_NOT_FOUND));
        return;
    }
    address_text(address, text);
    at_info(at, "+MIPDNS: \"%s\",%s", lookup->host, text);
    at_finish(at, AT_OK);
}

static void on_name_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct lookup *lookup = ctx;
    struct tlsmodem *modem = lookup->owner->modem;

    (void)count;
    module_enter(modem);
    lookup->query = NULL;
    lookup->name_until_ms = CLOCK_NEVER;
    tell_name(lookup, err == ERR_OK ? &list[0] : NULL);
    module_leave(modem);
}

static void on_abort(struct at_session *at, void *ctx)
{
    stop(ctx);
    at_finish(at, at_fail_plain(at));
}

static enum at_status set_dns(struct at_session *at, const struct at_args *args)
{
    struct lookup *lookup = begin(at, &args->list[0]);

    if (lookup == NULL)
        return AT_FAIL;
    if (!resolve(lookup, on_name_resolved))
        return at_fail(at, FIBOCOM_NOT_FOUND);
    at_await(at, on_abort, lookup);
    return AT_LATER;
}

static void next_echo(struct lookup *lookup);

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    struct lookup *lookup = ctx;
    struct tlsmodem *modem = lookup->owner->modem;
    char text[ADDRESS_TEXT_MAX];

    (void)ttl;
    module_enter(modem);
    lookup->query = NULL;
    if (err == ERR_OK) {
        lookup->received++;
        lookup->total_ms += round_trip_ms;
        address_text(&lookup->to, text);
        at_urc(lookup->owner->at, "+MPING: \"%s\",0,0,%u", text, (unsigned)round_trip_ms);
    }
    next_echo(lookup);
    module_leave(modem);
}

static void tell_statistics(const struct lookup *lookup, int status)
{
    unsigned average = lookup->received > 0 ? lookup->total_ms / (uint32_t)lookup->received : 0;
    char text[ADDRESS_TEXT_MAX];

    address_text(&lookup->to, text);
    at_urc(lookup->owner->at, "+MPINGSTAT: %d,\"%s\",%d,%d,%u", status, text, lookup->sent,
           lookup->received, average);
}

static void next_echo(struct lookup *lookup)
{
    struct net *net = lookup->owner->modem->config.net;
    const struct net_echo echo = { .to = lookup->to,
                                   .bytes = (size_t)lookup->size,
                                   .ttl = lookup->ttl,
                                   .timeout_ms = (uint32_t)lookup->timeout_s * SECOND_MS };

    while (lookup->sent < lookup->count) {
        lookup->sent++;
        if (net_start_echo(net, &echo, on_echo, lookup, &lookup->query) == ERR_OK)
            return;
        lookup->query = NULL;
    }
    tell_statistics(lookup, PING_DONE);
}

static void tell_no_host(const struct lookup *lookup)
{
    at_urc(lookup->owner->at, "+MPINGSTAT: %d,\"%s\",0,0,0", FACT_PING_FAILED, lookup->host);
}

static void on_host_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct lookup *lookup = ctx;
    struct tlsmodem *modem = lookup->owner->modem;

    (void)count;
    module_enter(modem);
    lookup->query = NULL;
    lookup->name_until_ms = CLOCK_NEVER;
    if (err == ERR_OK) {
        lookup->to = list[0];
        next_echo(lookup);
    } else {
        tell_no_host(lookup);
    }
    module_leave(modem);
}

/* ---- the part ---- */

static void deinit(struct tlsmodem *modem, void *state)
{
    (void)modem;
    stop(state);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return ((const struct lookup *)state)->query == NULL;
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return ((const struct lookup *)state)->name_until_ms;
}

/* A name server that does not answer, or that cannot be asked any more. */
static void give_up_name(struct lookup *lookup)
{
    stop(lookup);
    if (lookup->pinging)
        tell_no_host(lookup);
    else
        tell_name(lookup, NULL);
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct lookup *lookup = state;

    if (module_now(modem) >= lookup->name_until_ms)
        give_up_name(lookup);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct lookup *lookup = state;

    if (cid != CALL_CID || lookup->query == NULL)
        return;
    log_say(modem->config.log, LOG_WARNING, "%s: the context is down",
            lookup->pinging ? "+MPING" : "+MIPDNS");
    if (lookup->name_until_ms != CLOCK_NEVER) {
        give_up_name(lookup);
    } else {
        stop(lookup);
        tell_statistics(lookup, FACT_PING_FAILED);
    }
}

const struct module_part fibocom_lookup_part = {
    .size = sizeof(struct lookup),
    .deinit = deinit,
    .is_idle = is_idle,
    .deadline = deadline,
    .tick = tick,
    .on_context_down = on_context_down,
};

/* ---- +MPING ---- */

enum { PING_MODE, PING_HOST, PING_COUNT, PING_SIZE, PING_TTL, PING_TOS, PING_TIMEOUT };

static int number_or(const struct at_arg *arg, int otherwise)
{
    return arg->given ? (int)arg->number : otherwise;
}

static enum at_status set_ping(struct at_session *at, const struct at_args *args)
{
    struct lookup *lookup = module_part_if(module_of(at), &fibocom_lookup_part, 0);

    if (args->list[PING_MODE].number == 0) {
        if (lookup != NULL && lookup->pinging)
            stop(lookup);
        return AT_OK;
    }
    if (!args->list[PING_HOST].given)
        return at_fail(at, FACT_ERROR_SYNTAX);
    lookup = begin(at, &args->list[PING_HOST]);
    if (lookup == NULL)
        return AT_FAIL;
    lookup->pinging = true;
    lookup->count = number_or(&args->list[PING_COUNT], FACT_PING_COUNT);
    lookup->size = number_or(&args->list[PING_SIZE], FACT_PING_SIZE);
    lookup->ttl = number_or(&args->list[PING_TTL], 0);
    lookup->timeout_s = number_or(&args->list[PING_TIMEOUT], FACT_PING_TIMEOUT_S);
    if (lookup->timeout_s > FACT_PING_TIMEOUT_MAX_S)
        lookup->timeout_s = FACT_PING_TIMEOUT_MAX_S;
    return resolve(lookup, on_host_resolved) ? AT_OK : at_fail(at, FIBOCOM_NOT_FOUND);
}

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
