/* quectel_lookup.c: +QIDNSCFG, +QIDNSGIP: names.  quectel.md §2.1. */
#include "personalities/quectel/quectel.h"

#include <stdio.h>

static struct quectel_lookup *lookup_of(const struct tlsmodem *modem)
{
    return &((struct quectel *)modem->maker)->lookup;
}

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

static void end(struct quectel_lookup *lookup)
{
    lookup->query = NULL;
    lookup->until_ms = CLOCK_NEVER;
}

static void say_failure(struct quectel_lookup *lookup, enum err err)
{
    struct at_session *at = lookup->owner->at;

    log_say(at_log_of(at), LOG_WARNING, "+QIDNSGIP: %s", err_text(err));
    at_urc(at, "ERROR");
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct quectel_lookup *lookup = ctx;

    module_enter(lookup->modem);
    end(lookup);
    if (err == ERR_OK)
        say_addresses(lookup->owner->at, list, count);
    else
        say_failure(lookup, err);
    module_leave(lookup->modem);
}

static enum at_status set_lookup(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    struct quectel_lookup *lookup = lookup_of(modem);
    struct net *net = modem->config.net;
    char name[CONNECTION_HOST_MAX + 1];

    if (lookup->query != NULL || !quectel_bearer_need(modem))
        return at_fail_plain(at);
    snprintf(name, sizeof(name), "%.*s", (int)args->list[0].text.len,
             (const char *)args->list[0].text.data);
    lookup->modem = modem;
    lookup->owner = terminal_of(at);
    lookup->cid = (size_t)quectel_of(at)->settings.foreground + 1;
    if (net_resolve(net, name, on_resolved, lookup, &lookup->query) != ERR_OK) {
        end(lookup);
        return at_fail_plain(at);
    }
    lookup->until_ms = module_now(modem) + FACT_LOOKUP_LIMIT_MS;
    return AT_OK;
}

static enum err start(struct tlsmodem *modem)
{
    end(lookup_of(modem));
    return ERR_OK;
}

static void stop(struct tlsmodem *modem)
{
    struct quectel_lookup *lookup = lookup_of(modem);

    if (lookup->query != NULL)
        net_cancel(lookup->query);
    end(lookup);
}

static int64_t deadline(struct tlsmodem *modem)
{
    return lookup_of(modem)->until_ms;
}

static void tick(struct tlsmodem *modem)
{
    struct quectel_lookup *lookup = lookup_of(modem);

    if (module_now(modem) < lookup->until_ms)
        return;
    stop(modem);
    say_failure(lookup, ERR_TIMEOUT);
}

static void on_context_down(struct tlsmodem *modem, size_t cid)
{
    struct quectel_lookup *lookup = lookup_of(modem);

    if (lookup->query == NULL || lookup->cid != cid)
        return;
    stop(modem);
    say_failure(lookup, ERR_UNREACHABLE);
}

const struct quectel_part quectel_lookup_part = {
    .start = start,
    .stop = stop,
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
      .source = "quectel.md §2.1",
      .coverage = AT_ANSWERED,
      .plain_error = true,
      AT_PARAMS(server_params),
      .test_text = "<primary>,<secondary>",
      .guard_set = guard_servers,
      .record = quectel_settings_record,
      .read = read_servers },
    { .name = "+QIDNSGIP",
      .help = "Addresses of a name, a line each after OK.",
      .source = "quectel.md §2.1",
      .plain_error = true,
      AT_PARAMS(name_params),
      .test_text = "<name>",
      .set = set_lookup },
};
const struct at_commands quectel_lookup_rows = AT_COMMANDS(rows);
