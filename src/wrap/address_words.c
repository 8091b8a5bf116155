/* address_words.c: addresses as text, for rules. */
#include "wrap/address_words.h"

#include "base/hex.h"
#include "base/number.h"

enum { IPV4_BYTES = 4, GROUPS = 8, GROUP_DIGITS = 4 };

static size_t length_until(struct span words, char end)
{
    size_t len = 0;

    while (len < words.len && words.data[len] != (uint8_t)end)
        len++;
    return len;
}

static bool read_dotted(struct span words, uint8_t bytes[IPV4_BYTES])
{
    int32_t number;

    for (int i = 0; i < IPV4_BYTES; i++) {
        size_t len = length_until(words, '.');
        struct span part = span_at(words.data, len);

        if ((len == words.len) != (i == IPV4_BYTES - 1) || len > 3 ||
            (len > 1 && part.data[0] == '0') || !number_parse(part, &number) || number > UINT8_MAX)
            return false;
        bytes[i] = (uint8_t)number;
        words = span_skip(words, len < words.len ? len + 1 : len);
    }
    return true;
}

static bool read_group(struct span digits, uint8_t bytes[2])
{
    unsigned value = 0;

    if (digits.len == 0 || digits.len > GROUP_DIGITS)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        int digit = hex_digit(digits.data[i]);

        if (digit < 0)
            return false;
        value = value << 4 | (unsigned)digit;
    }
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
    return true;
}

/* Groups apart by colons, the last two perhaps dotted; how many, or -1. */
static int read_groups(struct span words, uint8_t bytes[2 * GROUPS])
{
    int count = 0;

    while (words.len > 0) {
        size_t len = length_until(words, ':');
        bool is_last = len == words.len;

        if (is_last && count + 2 <= GROUPS && read_dotted(words, bytes + 2 * count))
            return count + 2;
        if (count == GROUPS || !read_group(span_at(words.data, len), bytes + 2 * count) ||
            len + 1 == words.len)
            return -1;
        count++;
        words = span_skip(words, is_last ? len : len + 1);
    }
    return count;
}

/* Where "::" stands, or the length. */
static size_t find_gap(struct span words)
{
    for (size_t i = 0; i + 1 < words.len; i++) {
        if (words.data[i] == ':' && words.data[i + 1] == ':')
            return i;
    }
    return words.len;
}

static bool read_ipv6(struct span words, uint8_t bytes[2 * GROUPS])
{
    size_t gap = find_gap(words);
    uint8_t tail[2 * GROUPS];
    int before, behind;

    memset(bytes, 0, 2 * GROUPS);
    if (gap == words.len)
        return read_groups(words, bytes) == GROUPS;
    before = read_groups(span_at(words.data, gap), bytes);
    behind = read_groups(span_skip(words, gap + 2), tail);
    if (before < 0 || behind < 0 || before + behind >= GROUPS)
        return false;
    if (behind > 0)
        memcpy(bytes + 2 * (GROUPS - behind), tail, (size_t)(2 * behind));
    return true;
}

bool address_words_read(struct span words, struct net_address *ret_address)
{
    *ret_address = (struct net_address){ .family = NET_IPV4 };
    if (read_dotted(words, ret_address->bytes))
        return true;
    *ret_address = (struct net_address){ .family = NET_IPV6 };
    return read_ipv6(words, ret_address->bytes);
}

bool address_words_may_be(const char *name)
{
    return strchr(name, ':') != NULL || strspn(name, "0123456789.") == strlen(name);
}

void address_words_add(struct text *text, const struct net_address *address)
{
    const uint8_t *bytes = address->bytes;

    if (address->family == NET_IPV4) {
        text_add(text, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
        return;
    }
    for (int i = 0; i < GROUPS; i++)
        text_add(text, "%s%x", i == 0 ? "" : ":", (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1]);
}
