/* quectel_lookup.c: +QIDNSCFG, +QIDNSGIP: names.  docs/facts/quectel.md §2.1. */
#include "personalities/quectel/quectel.h"

#include "bridge/lookup.h"
#include "personalities/common/question.h"

#include <stdio.h>
#include <string.h>

/* +QIDNSGIP: one at a time. */
struct asked {
    struct question question; /* first member */
    struct lookup lookup;
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

static void on_addresses(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct at_session *at = ((struct asked *)ctx)->question.owner->at;

    if (err == ERR_OK) {
        say_addresses(at, list, count);
        return;
    }
    if (err == ERR_TIMEOUT)
        module_note_fact(module_of(at), FACT_LOOKUP_LIMIT_MS);
    log_say(at_log_of(at), LOG_WARNING, "+QIDNSGIP: %s", err_text(err));
    at_urc(at, "ERROR");
}

static void tell_lost(struct question *question)
{
    at_urc(question->owner->at, "ERROR");
}

static enum at_status set_lookup(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    char name[CONNECTION_HOST_MAX + 1];
    struct asked *asked;

    if (!quectel_bearer_need(modem))
        return quectel_refuse_bearer(at, FACT_PLAIN_ERROR);
    asked = module_part(modem, &quectel_lookup_part, 0);
    if (asked == NULL)
        return at_refuse_memory(at, FACT_PLAIN_ERROR);
    if (question_is_busy(&asked->question))
        return at_refuse_plain(at, "another name is being looked up");
    snprintf(name, sizeof(name), "%.*s", (int)args->list[0].text.len,
             (const char *)args->list[0].text.data);
    asked->question =
        (struct question){ .kind = QUESTION_NAME,
                           .client = &asked->lookup,
                           .command = "+QIDNSGIP",
                           .owner = terminal_of(at),
                           .cid = quectel_bearer_cid(quectel_bearer_foreground(modem)),
                           .on_lost = tell_lost };
    if (lookup_start(&asked->lookup, &modem->world, name,
                     module_fact_peek(modem, FACT_LOOKUP_LIMIT_MS), on_addresses, asked) != ERR_OK)
        return at_refuse_plain(at, "the look-up cannot begin");
    return AT_OK;
}

const struct module_part quectel_lookup_part = { .size = sizeof(struct asked), QUESTION_HOOKS };

enum { NAME_SERVERS = 2 };

static const char *preset_server(const struct tlsmodem *modem)
{
    return fact_text(&modem->facts, FACT_NAME_SERVER);
}

/* Those that the network has given to an active context, in the family that the module knows. */
static size_t given_servers(struct tlsmodem *modem, char texts[NAME_SERVERS][ADDRESS_TEXT_MAX])
{
    enum { MANY = 8 };
    struct net_address list[MANY];
    size_t count = 0, found = 0;

    if (quectel_bearer_is_up(quectel_bearer(modem)))
        count = net_name_servers(modem->config.net, list, MANY);
    for (size_t i = 0; i < count && found < NAME_SERVERS; i++)
        if (list[i].family == NET_IPV4)
            address_text(&list[i], texts[found++]);
    return found;
}

static enum at_status read_servers(struct at_session *at)
{
    static const char *const names[NAME_SERVERS] = { "PrimaryDns", "SecondaryDns" };
    struct tlsmodem *modem = module_of(at);
    const struct quectel_settings *settings = &quectel_of(at)->settings;
    char given[NAME_SERVERS][ADDRESS_TEXT_MAX];
    size_t count = given_servers(modem, given);

    for (size_t i = 0; i < NAME_SERVERS; i++) {
        const char *shown = settings->name_server[i];

        if (strcmp(shown, preset_server(modem)) == 0 && i < count)
            shown = given[i];
        else if (strcmp(shown, preset_server(modem)) == 0)
            module_note_fact(modem, FACT_NAME_SERVER);
        at_info(at, "%s: %s", names[i], shown);
    }
    return AT_OK;
}

static enum at_status guard_servers(struct at_session *at, const struct at_args *args)
{
    for (size_t i = 0; i < NAME_SERVERS; i++) {
        char text[ADDRESS_TEXT_MAX];

        if (!args->list[i].given)
            continue;
        snprintf(text, sizeof(text), "%.*s", (int)args->list[i].text.len,
                 (const char *)args->list[i].text.data);
        if (!address_read_dotted(text, NULL))
            return at_refuse_plain(at, "\"%s\" is no address of the form 192.0.2.1", text);
    }
    return AT_OK;
}

/* The factory value and 0.0.0.0 are none. */
static void tell_network(struct at_session *at, size_t index)
{
    static const struct net_address any = { .family = NET_IPV4 };
    struct tlsmodem *modem = module_of(at);
    struct net_address list[NAME_SERVERS];
    size_t count = 0;

    (void)index;
    for (size_t i = 0; i < NAME_SERVERS; i++) {
        const char *text = quectel_of(at)->settings.name_server[i];

        if (strcmp(text, preset_server(modem)) != 0 && address_read_dotted(text, &list[count]) &&
            memcmp(list[count].bytes, any.bytes, sizeof(any.bytes)) != 0)
            count++;
    }
    net_set_name_servers(modem->config.net, list, count);
}

#define SERVER(text, number, may_lack)                                                             \
    {                                                                                              \
        .name = (text), .type = AT_STRING, .optional = (may_lack), .max = ADDRESS_TEXT_MAX - 1,    \
        .preset = FACT_NAME_SERVER, .bound = AT_BIND(quectel_settings, name_server[number])        \
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
      .help =
          "Name servers: asked where the program is told to (--dns module), else the machine's.",
      .source = "docs/facts/quectel.md §2.1",
      .plain_error = true,
      AT_PARAMS(server_params),
      .test_text = "<primary>,<secondary>",
      .guard_set = guard_servers,
      .record = quectel_settings_record,
      .read = read_servers,
      .changed = tell_network },
    { .name = "+QIDNSGIP",
      .help = "Addresses of a name, a line each after OK.",
      .source = "docs/facts/quectel.md §2.1",
      .plain_error = true,
      AT_PARAMS(name_params),
      .test_text = "<name>",
      .set = set_lookup },
};
const struct at_commands quectel_lookup_rows = AT_COMMANDS(rows);
