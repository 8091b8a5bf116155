/* address_literal.c: IPv4 and IPv6 addresses as text. */
#include "scripted/address_literal.h"

#include <stdlib.h>
#include <string.h>

enum { IPV4_PARTS = 4, IPV6_PARTS = 8, BYTE_MAX = 255 };

/* A number of one to `digits_max` digits at `*text`, which it moves on. */
static bool take_number(const char **text, int base, size_t digits_max, long *ret_number)
{
    size_t digits = strspn(*text, base == 10 ? "0123456789" : "0123456789abcdefABCDEF");

    if (digits == 0 || digits > digits_max)
        return false;
    *ret_number = strtol(*text, NULL, base);
    *text += digits;
    return true;
}

static bool is_ipv4(const char *text, uint8_t bytes[16])
{
    for (int i = 0; i < IPV4_PARTS; i++) {
        long number;

        if (i > 0 && *text++ != '.')
            return false;
        if (!take_number(&text, 10, 3, &number) || number > BYTE_MAX)
            return false;
        bytes[i] = (uint8_t)number;
    }
    return *text == '\0';
}

/* Groups up to the end or a "::"; how many, or -1. */
static int take_groups(const char **text, uint16_t groups[IPV6_PARTS])
{
    int count = 0;

    while (**text != '\0' && strncmp(*text, "::", 2) != 0) {
        long number;

        if (count == IPV6_PARTS || (count > 0 && *(*text)++ != ':') ||
            !take_number(text, 16, 4, &number))
            return -1;
        groups[count++] = (uint16_t)number;
    }
    return count;
}

static bool is_ipv6(const char *text, uint8_t bytes[16])
{
    uint16_t head[IPV6_PARTS] = { 0 }, tail[IPV6_PARTS];
    int head_count = take_groups(&text, head), tail_count = 0;
    bool gap = head_count >= 0 && *text == ':';

    if (gap) {
        text += 2;
        tail_count = take_groups(&text, tail);
    }
    if (head_count < 0 || tail_count < 0 || *text != '\0')
        return false;
    if (gap ? head_count + tail_count >= IPV6_PARTS : head_count != IPV6_PARTS)
        return false;
    for (int i = 0; i < tail_count; i++)
        head[IPV6_PARTS - tail_count + i] = tail[i];
    for (int i = 0; i < IPV6_PARTS; i++) {
        bytes[2 * i] = (uint8_t)(head[i] >> 8);
        bytes[2 * i + 1] = (uint8_t)head[i];
    }
    return true;
}

bool address_literal(const char *text, struct net_address *ret_address)
{
    struct net_address address = { .family = NET_IPV4 };

    if (!is_ipv4(text, address.bytes)) {
        address = (struct net_address){ .family = NET_IPV6 };
        if (!is_ipv6(text, address.bytes))
            return false;
    }
    *ret_address = address;
    return true;
}
