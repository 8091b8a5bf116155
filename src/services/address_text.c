/* address_text.c: see address_text.h. */
#include "services/address_text.h"

#include "base/number.h"
#include "base/text.h"

#include <assert.h>

enum { GROUPS = 8, BYTES = 4, BYTE_MAX = 255, DIGITS_MAX = 3 };

static unsigned group_at(const struct net_address *address, int index)
{
    return (unsigned)address->bytes[2 * index] << 8 | address->bytes[2 * index + 1];
}

static int zeros_from(const struct net_address *address, int index)
{
    int count = 0;

    while (index + count < GROUPS && group_at(address, index + count) == 0)
        count++;
    return count;
}

/* The longest run of two zero groups or more, the first of equals (RFC 5952 4.2). */
static int longest_run(const struct net_address *address, int *ret_start)
{
    int longest = 1;

    *ret_start = -1;
    for (int i = 0; i < GROUPS; i++) {
        if (zeros_from(address, i) > longest) {
            longest = zeros_from(address, i);
            *ret_start = i;
        }
    }
    return longest;
}

static void ipv6_text(const struct net_address *address, struct text *text)
{
    int start;
    int run = longest_run(address, &start);

    for (int i = 0; i < GROUPS;) {
        if (i == start) {
            text_add(text, "::");
            i += run;
            continue;
        }
        text_add(text, i > 0 && i != start + run ? ":%x" : "%x", group_at(address, i));
        i++;
    }
}

void address_text(const struct net_address *address, char text[ADDRESS_TEXT_MAX])
{
    const uint8_t *bytes = address->bytes;
    struct text out;

    assert(address->family == NET_IPV4 || address->family == NET_IPV6);
    text_init(&out, text, ADDRESS_TEXT_MAX);
    if (address->family == NET_IPV4)
        text_add(&out, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
    else
        ipv6_text(address, &out);
}

/* A number of one byte at `*text`, which then points behind it. */
static bool take_byte(const char **text, uint8_t *ret_byte)
{
    size_t digits = strspn(*text, "0123456789");
    int32_t value;

    if (digits > DIGITS_MAX || !number_parse(span_at(*text, digits), &value) || value > BYTE_MAX)
        return false;
    *text += digits;
    *ret_byte = (uint8_t)value;
    return true;
}

bool address_read_dotted(const char *text, struct net_address *ret_address)
{
    struct net_address address = { .family = NET_IPV4 };

    assert(text != NULL);
    for (int i = 0; i < BYTES; i++) {
        if (i > 0 && *text++ != '.')
            return false;
        if (!take_byte(&text, &address.bytes[i]))
            return false;
    }
    if (*text == '\0' && ret_address != NULL)
        *ret_address = address;
    return *text == '\0';
}
