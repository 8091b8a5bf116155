/* telit_firewall.c: #FRWL: who may call a socket that listens.  Without a rule nobody may.
 *
 * Source: docs/facts/telit-plain-sockets.md §7.
 */
#include "personalities/telit/telit.h"

#include "base/number.h"

#include <stdlib.h>
#include <string.h>

enum { IPV4_BYTES = TELIT_ADDRESS_BYTES };

struct rule {
    uint8_t address[IPV4_BYTES], mask[IPV4_BYTES];
};

/* Rules last until the power goes. */
struct firewall {
    size_t count;
    struct rule rules[TELIT_FIREWALL_MOST];
};

static bool has_none(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return ((const struct firewall *)state)->count == 0;
}

const struct module_part telit_firewall_part = { .size = sizeof(struct firewall),
                                                 .is_idle = has_none };

static bool covers(const struct rule *rule, const uint8_t from[IPV4_BYTES])
{
    for (size_t i = 0; i < IPV4_BYTES; i++) {
        if (((from[i] ^ rule->address[i]) & rule->mask[i]) != 0)
            return false;
    }
    return true;
}

/* The modules know IPv4 alone: an address of IPv6 comes in where everybody does. */
bool telit_firewall_lets_in(const struct tlsmodem *modem, const struct net_address *from)
{
    static const uint8_t unknown[IPV4_BYTES] = { 0 };
    const struct firewall *firewall = module_part_if(modem, &telit_firewall_part, 0);

    for (size_t i = 0; firewall != NULL && i < firewall->count; i++) {
        const struct rule *rule = &firewall->rules[i];
        bool all = memcmp(rule->mask, unknown, IPV4_BYTES) == 0;

        if (all || (from->family == NET_IPV4 && covers(rule, from->bytes)))
            return true;
    }
    return false;
}

bool telit_address_read(struct span text, uint8_t bytes[TELIT_ADDRESS_BYTES])
{
    for (size_t i = 0; i < IPV4_BYTES; i++) {
        size_t len = 0;
        int32_t octet;

        while (len < text.len && text.data[len] != '.')
            len++;
        if (len == 0 || len > 3 || !number_parse(span_at(text.data, len), &octet) || octet > 255)
            return false;
        bytes[i] = (uint8_t)octet;
        if (i + 1 < IPV4_BYTES && len == text.len)
            return false;
        text = span_skip(text, i + 1 < IPV4_BYTES ? len + 1 : len);
    }
    return text.len == 0;
}

/* Where a rule stands; the count where there is none such. */
static size_t find(const struct firewall *firewall, const struct rule *rule)
{
    size_t i = 0;

    while (i < firewall->count && memcmp(&firewall->rules[i], rule, sizeof(*rule)) != 0)
        i++;
    return i;
}

static enum at_status add(struct at_session *at, const struct rule *rule)
{
    struct firewall *firewall = module_part(module_of(at), &telit_firewall_part, 0);
    size_t most = (size_t)module_fact_peek(module_of(at), FACT_FIREWALL_RULES);

    if (firewall == NULL)
        return at_refuse_memory(at, TELIT_MEMORY_FAILURE);
    if (find(firewall, rule) < firewall->count)
        return at_refuse(at, TELIT_NOT_SUPPORTED, "there is that rule already");
    if (firewall->count >= most) {
        module_note_fact(module_of(at), FACT_FIREWALL_RULES);
        return at_refuse(at, TELIT_NOT_SUPPORTED, "there are %zu rules, which is all there can be",
                         most);
    }
    firewall->rules[firewall->count++] = *rule;
    return AT_OK;
}

static enum at_status remove_rule(struct at_session *at, const struct rule *rule)
{
    struct firewall *firewall = module_part_if(module_of(at), &telit_firewall_part, 0);
    size_t place = firewall != NULL ? find(firewall, rule) : 0;

    if (firewall == NULL || place == firewall->count)
        return at_refuse(at, TELIT_NOT_SUPPORTED, "there is no such rule; AT#FRWL? shows them");
    firewall->count--;
    memmove(&firewall->rules[place], &firewall->rules[place + 1],
            (firewall->count - place) * sizeof(*rule));
    return AT_OK;
}

enum { RULE_ACTION, RULE_ADDRESS, RULE_MASK };
enum { ACTION_REMOVE, ACTION_ADD, ACTION_DROP_ALL };

static enum at_status set_rule(struct at_session *at, const struct at_args *args)
{
    struct firewall *firewall = module_part_if(module_of(at), &telit_firewall_part, 0);
    int32_t action = args->list[RULE_ACTION].number;
    struct rule rule;

    if (action == ACTION_DROP_ALL) {
        if (firewall != NULL)
            firewall->count = 0;
        return AT_OK;
    }
    if (!telit_address_read(args->list[RULE_ADDRESS].text, rule.address) ||
        !telit_address_read(args->list[RULE_MASK].text, rule.mask))
        return at_refuse(at, FACT_ERROR_RANGE,
                         "<ip_addr> or <net_mask> is no address in dotted decimal");
    return action == ACTION_ADD ? add(at, &rule) : remove_rule(at, &rule);
}

static enum at_status read_rules(struct at_session *at)
{
    const struct firewall *firewall = module_part_if(module_of(at), &telit_firewall_part, 0);
    const char *quote = module_fact_is(module_of(at), FACT_FIREWALL_QUOTES) ? "\"" : "";

    for (size_t i = 0; firewall != NULL && i < firewall->count; i++) {
        const uint8_t *ip = firewall->rules[i].address, *mask = firewall->rules[i].mask;

        at_info(at, "#FRWL: %s%d.%d.%d.%d%s,%s%d.%d.%d.%d%s", quote, ip[0], ip[1], ip[2], ip[3],
                quote, quote, mask[0], mask[1], mask[2], mask[3], quote);
    }
    return AT_OK;
}

static const struct at_param rule_params[] = {
    { .name = "action", .max = 2 },
    { .name = "ip_addr", .type = AT_STRING, .optional = true, .max = 15 },
    { .name = "net_mask", .type = AT_STRING, .optional = true, .max = 15 },
};

static const struct at_command rows[] = {
    { .name = "#FRWL",
      .help = "Who may call a socket that listens: adds a rule (1), removes it (0) or all (2).",
      .source = "docs/facts/telit-plain-sockets.md §7",
      AT_PARAMS(rule_params),
      .test_text = "(0-2),,",
      .set = set_rule,
      .read = read_rules },
};
const struct at_commands telit_firewall = AT_COMMANDS(rows);
