/* quectel_lookup.c: +QIDNSCFG, +QIDNSGIP: names.  docs/facts/quectel.md §2.1. */
#include "personalities/quectel/quectel.h"

#include <stdio.h>

/* +QIDNSGIP: one at a time. */
struct lookup {
    struct tlsmodem *modem;
    struct module_terminal *owner;
    size_t cid;              /* of its context */
    struct net_query *query; /* NULL: none is under way */
    int64_t until_ms;
};

/* A module of this family knows IPv4 only; other addresses are given when there are no such. */
static void say_addresses(struct at_session *at, const struct net_address *list, size_t count)
{
    bool any_ipv4 = false;
    char text[ADDRESS_TEXT_MAX];

    for (size_t i = 0; i < count; i++)
        any_ipv4 = any_ipv4 || list[i].family == NET_IPV4;
    for (size_t i = 0; i < count; i++) {
        if (any_ipv4 && list[i].family != NET_IPV4)
            continue;
        address_text(&list[i], text);
        at_urc(at, "%s", text);
    }
}

static void say_failure(struct lookup *lookup, enum err err)
{
    struct at_session *at = lookup->owner->at;

    log_say(at_log_of(at), LOG_WARNING, "+QIDNSGIP: %s", err_text(err));
    at_urc(at, "ERROR");
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct lookup *lookup = ctx;

    module_enter(lookup->modem);
    lookup->query = NULL;
    if (err == ERR_OK)
        say_addresses(lookup->owner->at, list, count);
    else
        say_failure(lookup, err);
    module_leave(lookup->modem);
}

static enum at_status set_lookup(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    struct net *net = modem->config.net;
    char name[CONNECTION_HOST_MAX + 1];
    struct lookup *lookup;

    if (!quectel_bearer_need(modem))
        return at_fail_plain(at);
    lookup = module_part(modem, &quectel_lookup_part, 0);
    if (lookup == NULL || lookup->query != NULL)
        return at_fail_plain(at);
    snprintf(name, sizeof(name), "%.*s", (int)args->list[0].text.len,
             (const char *)args->list[0].text.data);
    lookup->modem = modem;
    lookup->owner = terminal_of(at);
    lookup->cid = quectel_bearer_cid(quectel_bearer_foreground(modem));
    lookup->until_ms = module_now(modem) + FACT_LOOKUP_LIMIT_MS;
    if (net_resolve(net, name, on_resolved, lookup, &lookup->query) == ERR_OK)
        return AT_OK;
    lookup->query = NULL;
    return at_fail_plain(at);
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct lookup *lookup = state;

    (void)modem;
    if (lookup->query != NULL)
        net_cancel(lookup->query);
    lookup->query = NULL;
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return ((const struct lookup *)state)->query == NULL;
}

static void give_up(struct tlsmodem *modem, struct lookup *lookup, enum err err)
{
    deinit(modem, lookup);
    say_failure(lookup, err);
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct lookup *lookup = state;

    (void)modem;
    return lookup->query != NULL ? lookup->until_ms : CLOCK_NEVER;
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct lookup *lookup = state;

    if (lookup->query != NULL && module_now(modem) >= lookup->until_ms)
        give_up(modem, lookup, ERR_TIMEOUT);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct lookup *lookup = state;

    if (lookup->query != NULL && lookup->cid == cid)
        give_up(modem, lookup, ERR_UNREACHABLE);
}

const struct module_part quectel_lookup_part = {
    .size = sizeof(struct lookup),
    .deinit = deinit,
    .is_idle = is_idle,
    .deadline = deadline,
    .tick = tick,
    .on_context_down = on_context_down,
};

static enum at_status read_servers(struct at_session *at)
{
    const struct quectel_settings *settings = &quectel_of(at)->settings;

    at_info(at, "PrimaryDns: %s", settings->name_server[0]);
    at_info(at, "SecondaryDns: %s", settings->name_server[1]);
    return AT_OK;
}

static enum at_status guard_servers(struct at_session *at, const struct at_args *args)
{
    for (size_t i = 0; i < 2; i++) {
        char text[ADDRESS_TEXT_MAX];

        if (!args->list[i].given)
            continue;
        snprintf(text, sizeof(text), "%.*s", (int)args->list[i].text.len,
                 (const char *)args->list[i].text.data);
        if (!address_is_dotted(text))
            return at_fail_plain(at);
    }
    return AT_OK;
}

#define SERVER(text, number, may_lack)                                                             \
    {                                                                                              \
        .name = (text), .type = AT_STRING, .optional = (may_lack), .max = ADDRESS_TEXT_MAX - 1,    \
        .preset_text = FACT_NAME_SERVER, .bound = AT_BIND(quectel_settings, name_server[number])   \
    }
static const struct at_param server_params[] = {
    SERVER("primary", 0, false),
    SERVER("secondary", 1, true),
};
static const struct at_param name_params[] = {
    { .name = "name", .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX },
};

static const struct at_command rows[] = {
    { .name = "+QIDNSCFG",
      .help = "Name servers; names are looked up by the machine's own.",
      .source = "docs/facts/quectel.md §2.1",
      .coverage = AT_ANSWERED,
      .plain_error = true,
      AT_PARAMS(server_params),
      .test_text = "<primary>,<secondary>",
      .guard_set = guard_servers,
      .record = quectel_settings_record,
      .read = read_servers },
    { .name = "+QIDNSGIP",
      .help = "Addresses of a name, a line each after OK.",
      .source = "docs/facts/quectel.md §2.1",
      .plain_error = true,
      AT_PARAMS(name_params),
      .test_text = "<name>",
      .set = set_lookup },
};
const struct at_commands quectel_lookup_rows = AT_COMMANDS(rows);
