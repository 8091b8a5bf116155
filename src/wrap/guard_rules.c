/* guard_rules.c: where a modem may go, by words. */
#include "wrap/guard_rules.h"

#include "base/letters.h"
#include "base/number.h"
#include "wrap/address_words.h"

#include <assert.h>
#include <stdlib.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

enum { BITS = 128, IPV4_BITS = 96, EVERY_PORT = 0 };

/* An IPv4 address is its mapped IPv6 one (RFC 4291, 2.5.5.2): both reach the same host. */
struct range {
    uint8_t base[16];
    uint8_t bits;
};

struct rule {
    struct range range; /* of an address */
    bool allows;
    bool is_own;   /* every address of the machine; `range` does not count */
    bool of_group; /* and not written as such */
    uint16_t first_port, last_port;
    const char *name;  /* else NULL; a leading "*." is for all names under it */
    const char *words; /* as they were written */
};

struct guard_rules {
    size_t count;
    bool has_allow, has_names;
    struct rule list[]; /* and the texts that they point to, in the same memory */
};

/* 0.0.0.0 and :: reach the machine itself, too.  Addresses of clouds' servers of credentials: the
 * makers' own pages; most of them are at 169.254.169.254. */
static const struct {
    const char *group, *address;
    uint8_t bits;
} group_rows[] = {
    { "machine", "127.0.0.0", 8 },
    { "machine", "0.0.0.0", 8 },
    { "machine", "::1", 128 },
    { "machine", "::", 128 },
    { "link-local", "169.254.0.0", 16 },
    { "link-local", "fe80::", 10 },
    { "link-local", "224.0.0.0", 24 },
    { "link-local", "255.255.255.255", 32 },
    { "link-local", "ff02::", 16 },
    { "metadata", "169.254.169.254", 32 },
    { "metadata", "169.254.170.2", 32 },
    { "metadata", "100.100.100.200", 32 },
    { "metadata", "168.63.129.16", 32 },
    { "metadata", "192.0.0.192", 32 },
    { "metadata", "fd00:ec2::254", 128 },
    { "metadata", "fd20:ce::254", 128 },
    { "private", "10.0.0.0", 8 },
    { "private", "172.16.0.0", 12 },
    { "private", "192.168.0.0", 16 },
    { "private", "100.64.0.0", 10 },
    { "private", "fc00::", 7 },
};

static const char allowed[] =
    "allowed: allow=PLACE and deny=PLACE, a PLACE being machine, link-local, metadata, local, "
    "private, an address, ADDRESS/BITS, *, NAME or *.NAME, with :PORT or :FIRST-LAST behind it";

/* ---- words ---- */

struct place {
    bool allows;
    struct span host; /* without brackets and bits */
    struct net_address address;
    bool is_address;
    uint8_t bits; /* of 128 */
    uint16_t first_port, last_port;
};

static bool is_in_group(size_t row, struct span name)
{
    return letters_equal(span_of(group_rows[row].group), name) ||
           (letters_equal(span_of("local"), name) && strcmp(group_rows[row].group, "private") != 0);
}

static bool is_group(struct span name)
{
    for (size_t i = 0; i < ROWS(group_rows); i++) {
        if (is_in_group(i, name))
            return true;
    }
    return false;
}

static bool has_machine(struct span group)
{
    return is_in_group(0, group);
}

/* What should be an address and is none. */
static bool ends_in_number(struct span name)
{
    size_t at = name.len;

    while (at > 0 && name.data[at - 1] >= '0' && name.data[at - 1] <= '9')
        at--;
    return at < name.len && (at == 0 || name.data[at - 1] == '.');
}

static bool is_host_name(struct span name)
{
    if (name.len > 2 && name.data[0] == '*' && name.data[1] == '.')
        name = span_skip(name, 2);
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];

        if (!is_letter_or_digit(c) && c != '-' && c != '_' && (c != '.' || i == 0))
            return false;
    }
    return name.len >= 1 && name.len <= GUARD_NAME_MAX && !ends_in_number(name);
}

static bool read_port(struct span digits, uint16_t *ret_port)
{
    int32_t port;

    if (!number_parse(digits, &port) || port < 1 || port > UINT16_MAX)
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

static bool read_ports(struct span words, struct place *place)
{
    size_t middle = 0;

    while (middle < words.len && words.data[middle] != '-')
        middle++;
    if (!read_port(span_at(words.data, middle), &place->first_port))
        return false;
    place->last_port = place->first_port;
    return middle == words.len || (read_port(span_skip(words, middle + 1), &place->last_port) &&
                                   place->first_port <= place->last_port);
}

/* The last `mark` in the words, or their length. */
static size_t find_last(struct span words, char mark)
{
    size_t at = words.len;

    for (size_t i = 0; i < words.len; i++) {
        if (words.data[i] == (uint8_t)mark)
            at = i;
    }
    return at;
}

static size_t count_of(struct span words, char mark)
{
    size_t count = 0;

    for (size_t i = 0; i < words.len; i++)
        count += words.data[i] == (uint8_t)mark;
    return count;
}

/* Takes the ports off the end; the colons of an address without brackets are none. */
static bool take_ports(struct span *words, struct place *place)
{
    bool in_brackets = words->len > 0 && words->data[0] == '[';
    struct span behind = in_brackets ? span_skip(*words, find_last(*words, ']')) : *words;
    size_t colon = find_last(behind, ':');

    if (colon == behind.len || (!in_brackets && count_of(*words, ':') > 1))
        return true;
    if (!read_ports(span_skip(behind, colon + 1), place))
        return false;
    words->len -= behind.len - colon;
    return true;
}

static bool read_bits(struct span digits, struct place *place)
{
    int32_t bits;
    int32_t most = place->address.family == NET_IPV4 ? BITS - IPV4_BITS : BITS;

    if (!number_parse(digits, &bits) || bits > most)
        return false;
    place->bits = (uint8_t)(bits + BITS - most);
    return true;
}

static struct span without_brackets(struct span words)
{
    if (words.len > 2 && words.data[0] == '[' && words.data[words.len - 1] == ']')
        return span_at(words.data + 1, words.len - 2);
    return words;
}

/* An address, or one with bits. */
static bool read_range(struct span words, struct place *place)
{
    size_t slash = find_last(words, '/');
    struct span address = without_brackets(span_at(words.data, slash));

    place->bits = BITS;
    place->is_address = address_words_read(address, &place->address);
    return place->is_address &&
           (slash == words.len || read_bits(span_skip(words, slash + 1), place));
}

static bool is_every(struct span words)
{
    return span_equal(words, span_of("*"));
}

static bool read_place(struct span words, struct place *ret_place)
{
    bool allows = letters_start(words, "allow=");

    *ret_place = (struct place){ .allows = allows };
    if (!allows && !letters_start(words, "deny="))
        return false;
    words = span_skip(words, strlen(allows ? "allow=" : "deny="));
    if (!take_ports(&words, ret_place))
        return false;
    ret_place->host = words;
    return is_every(words) || is_group(words) || read_range(words, ret_place) ||
           (!ret_place->is_address && is_host_name(words));
}

static struct span next(struct span *words)
{
    size_t len = 0;
    struct span item;

    while (len < words->len && words->data[len] != ',')
        len++;
    item = span_at(words->data, len);
    *words = span_skip(*words, len < words->len ? len + 1 : len);
    return item;
}

bool guard_rules_check(struct span words, struct text *error)
{
    struct place place;
    size_t count = 0;

    do {
        struct span item = next(&words);

        if (!read_place(item, &place)) {
            text_add(error, "\"%.*s\" is no rule; %s", (int)item.len, (const char *)item.data,
                     allowed);
            return false;
        }
    } while (words.len > 0 && ++count < GUARD_PLACES_MAX);
    if (words.len > 0)
        text_add(error, "there are too many; allowed: %d", GUARD_PLACES_MAX);
    return words.len == 0;
}

/* ---- rules ---- */

static void map_address(const struct net_address *address, uint8_t bytes[16])
{
    if (address->family == NET_IPV6) {
        memcpy(bytes, address->bytes, 16);
        return;
    }
    memset(bytes, 0, 10);
    bytes[10] = bytes[11] = 0xFF;
    memcpy(bytes + 12, address->bytes, 4);
}

static void add_range(struct guard_rules *rules, struct rule *rule,
                      const struct net_address *address, uint8_t bits)
{
    map_address(address, rule->range.base);
    rule->range.bits = bits;
    rules->list[rules->count++] = *rule;
}

static void add_group(struct guard_rules *rules, struct rule *rule, struct span group)
{
    rule->of_group = true;
    for (size_t i = 0; i < ROWS(group_rows); i++) {
        struct net_address address;
        bool good = address_words_read(span_of(group_rows[i].address), &address);

        assert(good);
        (void)good;
        if (is_in_group(i, group))
            add_range(rules, rule, &address,
                      (uint8_t)(group_rows[i].bits + (address.family == NET_IPV4 ? IPV4_BITS : 0)));
    }
    rule->is_own = true;
    rule->range.bits = BITS;
    if (has_machine(group))
        rules->list[rules->count++] = *rule;
}

static const char *put(char **end, struct span text)
{
    char *at = *end;

    memcpy(at, text.data, text.len);
    at[text.len] = '\0';
    *end = at + text.len + 1;
    return at;
}

static void add_item(struct guard_rules *rules, struct span item, char **end)
{
    struct rule rule = { .words = put(end, item) };
    struct place place;
    bool good = read_place(item, &place);

    assert(good);
    (void)good;
    rule.allows = place.allows;
    rule.first_port = place.first_port;
    rule.last_port = place.last_port;
    rules->has_allow = rules->has_allow || rule.allows;
    if (is_every(place.host)) {
        rules->list[rules->count++] = rule;
    } else if (is_group(place.host)) {
        add_group(rules, &rule, place.host);
    } else if (place.is_address) {
        add_range(rules, &rule, &place.address, place.bits);
    } else {
        rule.name = put(end, place.host);
        rules->has_names = true;
        rules->list[rules->count++] = rule;
    }
}

struct guard_rules *guard_rules_new(struct span words)
{
    size_t items = count_of(words, ',') + 1;
    size_t most = 0;
    struct guard_rules *rules;
    char *end;

    for (struct span rest = words; rest.len > 0;) {
        struct place place;
        bool good = read_place(next(&rest), &place);

        assert(good);
        (void)good;
        most += is_group(place.host) ? ROWS(group_rows) + 1 : 1;
    }
    /* Of each item its words, and its name once more. */
    rules = calloc(1, sizeof(*rules) + most * sizeof(rules->list[0]) + 2 * (words.len + items));
    if (rules == NULL)
        return NULL;
    end = (char *)(rules->list + most);
    while (words.len > 0)
        add_item(rules, next(&words), &end);
    assert(rules->count <= most);
    return rules;
}

bool guard_rules_have_names(const struct guard_rules *rules)
{
    return rules->has_names;
}

/* ---- verdicts ---- */

static bool is_in(const struct range *range, const uint8_t bytes[16])
{
    size_t whole = range->bits / 8;
    unsigned mask = 0xFFU << (8 - range->bits % 8) & 0xFFU;

    return memcmp(range->base, bytes, whole) == 0 &&
           (mask == 0 || ((range->base[whole] ^ bytes[whole]) & mask) == 0);
}

/* What a translator between IPv6 and IPv4 makes of it (RFC 6052, 2.1). */
static bool translated(const uint8_t bytes[16], uint8_t ret_bytes[16])
{
    static const uint8_t prefix[12] = { 0x00, 0x64, 0xFF, 0x9B };

    if (memcmp(bytes, prefix, sizeof(prefix)) != 0)
        return false;
    map_address(&(struct net_address){ .family = NET_IPV4,
                                       .bytes = { bytes[12], bytes[13], bytes[14], bytes[15] } },
                ret_bytes);
    return true;
}

/* Where a connection to the unspecified address really goes: to the loopback address of its family;
 * others as they are. */
static void reach_loopback(uint8_t bytes[16])
{
    static const struct net_address ipv4 = { .family = NET_IPV4 }, ipv6 = { .family = NET_IPV6 };
    static const uint8_t loopback[] = { 127, 0, 0, 1 };
    uint8_t unspecified[16];

    map_address(&ipv6, unspecified);
    if (memcmp(bytes, unspecified, sizeof(unspecified)) == 0)
        bytes[15] = 1;
    map_address(&ipv4, unspecified);
    if (memcmp(bytes, unspecified, sizeof(unspecified)) == 0)
        memcpy(bytes + 12, loopback, sizeof(loopback));
}

static bool is_reached(const struct range *range, const uint8_t bytes[16])
{
    uint8_t place[16];

    memcpy(place, bytes, sizeof(place));
    reach_loopback(place);
    return is_in(range, place);
}

/* A deny holds for an address as it is asked for, too. */
static bool fits_address(const struct rule *rule, const struct guard_target *target)
{
    uint8_t bytes[16], inner[16];

    if (rule->is_own)
        return target->is_own;
    map_address(&target->address, bytes);
    if (is_reached(&rule->range, bytes))
        return true;
    return !rule->allows && (is_in(&rule->range, bytes) ||
                             (translated(bytes, inner) &&
                              (is_in(&rule->range, inner) || is_reached(&rule->range, inner))));
}

static bool fits_port(const struct rule *rule, uint16_t port)
{
    return rule->first_port == EVERY_PORT || (port >= rule->first_port && port <= rule->last_port);
}

/* A dot behind a name is the root's. */
static bool fits_name(const struct rule *rule, const char *asked)
{
    struct span name = span_of(rule->name);
    struct span full = span_of(asked);

    if (full.len > 0 && full.data[full.len - 1] == '.')
        full.len--;
    if (name.len > 2 && name.data[0] == '*') {
        name = span_skip(name, 1);
        return full.len > name.len && letters_equal(span_skip(full, full.len - name.len), name);
    }
    if (name.data[name.len - 1] == '.')
        name.len--;
    return letters_equal(full, name);
}

static bool fits(const struct rule *rule, const struct guard_target *target)
{
    if (!fits_port(rule, target->port))
        return false;
    return rule->name != NULL ? target->name != NULL && fits_name(rule, target->name)
                              : fits_address(rule, target);
}

/* How narrow a rule of an address is. */
static int narrowness(const struct rule *rule)
{
    return rule->range.bits * 4 + (rule->first_port != EVERY_PORT ? 2 : 0) + !rule->of_group;
}

static bool is_local(const struct guard_target *target)
{
    uint8_t bytes[16];

    map_address(&target->address, bytes);
    for (size_t i = 0; i < ROWS(group_rows) && !target->is_own; i++) {
        struct net_address address;
        struct range range;

        if (!is_in_group(i, span_of("local")) ||
            !address_words_read(span_of(group_rows[i].address), &address))
            continue;
        map_address(&address, range.base);
        range.bits = (uint8_t)(group_rows[i].bits + (address.family == NET_IPV4 ? IPV4_BITS : 0));
        if (is_in(&range, bytes))
            return true;
    }
    return target->is_own;
}

bool guard_rules_allow(const struct guard_rules *rules, const struct guard_target *target,
                       const char **ret_why)
{
    const struct rule *denied = NULL, *let = NULL;
    const char *why = NULL;
    bool named = false;

    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->list[i];

        if (!fits(rule, target))
            continue;
        if (rule->name != NULL && rule->allows)
            named = true;
        else if (rule->name != NULL)
            why = rule->words;
        else if (rule->allows && (let == NULL || narrowness(rule) > narrowness(let)))
            let = rule;
        else if (!rule->allows && (denied == NULL || narrowness(rule) > narrowness(denied)))
            denied = rule;
    }
    if (why == NULL && denied != NULL && (let == NULL || narrowness(let) <= narrowness(denied)))
        why = denied->words;
    else if (why == NULL && rules->has_allow && let == NULL && !named)
        why = "no allow has it";
    else if (why == NULL && rules->has_allow && let == NULL && is_local(target))
        why = "a name alone allows no address of local";
    if (ret_why != NULL)
        *ret_why = why;
    return why == NULL;
}
