/* map_rules.c: which servers stand in for which, by words. */
#include "wrap/map_rules.h"

#include "base/letters.h"
#include "base/number.h"

#include <assert.h>
#include <stdlib.h>

static const char allowed[] =
    "allowed: OLD[:PORT]=NEW[:PORT][/NAME],..., names or addresses, those of IPv6 in brackets";

struct place {
    struct span host;
    uint16_t port;
};

static size_t length_until(struct span bytes, char end)
{
    size_t len = 0;

    while (len < bytes.len && bytes.data[len] != (uint8_t)end)
        len++;
    return len;
}

static bool is_of_name(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

/* A name, an IPv4 address, or what stands in brackets. */
static bool read_host(struct span text, struct span *ret_host)
{
    bool in_brackets = text.len > 2 && text.data[0] == '[' && text.data[text.len - 1] == ']';

    if (in_brackets)
        text = span_at(text.data + 1, text.len - 2);
    for (size_t i = 0; i < text.len; i++) {
        if (!is_of_name(text.data[i]) && !(in_brackets && text.data[i] == ':'))
            return false;
    }
    *ret_host = text;
    return text.len >= 1 && text.len <= MAP_HOST_MAX;
}

static bool read_place(struct span text, struct place *ret_place)
{
    size_t end = text.len > 0 && text.data[0] == '[' ? length_until(text, ']') : 0;
    size_t len = end + length_until(span_skip(text, end), ':');
    int32_t port = 0;

    if (len < text.len &&
        (!number_parse(span_skip(text, len + 1), &port) || port < 1 || port > UINT16_MAX))
        return false;
    ret_place->port = (uint16_t)port;
    return read_host(span_at(text.data, len), &ret_place->host);
}

/* Takes the name for TLS off the end, where there is one. */
static bool take_name(struct span *words, struct span *ret_name)
{
    size_t len = length_until(*words, '/');
    struct span name;

    *ret_name = span_at(NULL, 0);
    if (len == words->len)
        return true;
    name = span_skip(*words, len + 1);
    words->len = len;
    return read_host(name, ret_name) && name.data[0] != '[';
}

/* Takes one rule off the words; a `ret_name` of length 0 is none. */
static bool next(struct span *words, struct span *ret_rule, struct place *ret_old,
                 struct place *ret_new, struct span *ret_name)
{
    size_t len = length_until(*words, ',');
    struct span to;
    size_t middle;

    *ret_rule = span_at(words->data, len);
    middle = length_until(*ret_rule, '=');
    *words = span_skip(*words, len < words->len ? len + 1 : len);
    if (middle == len)
        return false;
    to = span_skip(*ret_rule, middle + 1);
    return take_name(&to, ret_name) && read_place(span_at(ret_rule->data, middle), ret_old) &&
           read_place(to, ret_new);
}

bool map_rules_check(struct span words, struct text *error)
{
    struct place old_place, new_place;
    struct span rule, name;
    size_t count = 0;

    do {
        if (!next(&words, &rule, &old_place, &new_place, &name)) {
            text_add(error, "\"%.*s\" is no pair of places; %s", (int)rule.len,
                     (const char *)rule.data, allowed);
            return false;
        }
    } while (words.len > 0 && ++count < MAP_RULES_MAX);
    if (words.len > 0)
        text_add(error, "there are too many; allowed: %d", MAP_RULES_MAX);
    return words.len == 0;
}

static const char *put(char **end, struct span text)
{
    char *at = *end;

    if (text.len > 0)
        memcpy(at, text.data, text.len);
    at[text.len] = '\0';
    *end = at + text.len + 1;
    return at;
}

static size_t count_rules(struct span words)
{
    size_t count = 1;

    for (size_t i = 0; i < words.len; i++)
        count += words.data[i] == ',';
    return count;
}

struct map_rules *map_rules_new(struct span words)
{
    size_t count = count_rules(words);
    size_t list = count * sizeof(struct map_rule);
    /* Of each rule its "=", "/" and "," are where its texts' ends go; the last has one more. */
    struct map_rules *rules = calloc(1, sizeof(*rules) + list + words.len + 2);
    char *end;

    if (rules == NULL)
        return NULL;
    end = (char *)(rules->list + count);
    while (words.len > 0) {
        struct map_rule *rule = &rules->list[rules->count];
        const struct map_rule *first;
        struct place old_place, new_place;
        struct span text, name;
        bool good = next(&words, &text, &old_place, &new_place, &name);

        assert(good && rules->count < count);
        (void)good;
        *rule = (struct map_rule){ .old_host = put(&end, old_place.host),
                                   .new_host = put(&end, new_place.host),
                                   .name = name.len > 0 ? put(&end, name) : NULL,
                                   .old_port = old_place.port,
                                   .new_port = new_place.port,
                                   .host = rules->count };
        first = map_rules_of_host(rules, rule->old_host);
        if (first != NULL)
            rule->host = first->host;
        rules->count++;
    }
    return rules;
}

const struct map_rule *map_rules_of_host(const struct map_rules *rules, const char *host)
{
    for (size_t i = 0; i < rules->count; i++) {
        if (letters_equal(span_of(rules->list[i].old_host), span_of(host)))
            return &rules->list[i];
    }
    return NULL;
}

const struct map_rule *map_rules_of_port(const struct map_rules *rules,
                                         const struct map_rule *first, uint16_t port)
{
    const struct map_rule *every = NULL;

    for (size_t i = first->host; i < rules->count; i++) {
        const struct map_rule *rule = &rules->list[i];

        if (rule->host != first->host)
            continue;
        if (rule->old_port == port)
            return rule;
        if (rule->old_port == 0 && every == NULL)
            every = rule;
    }
    return every;
}
