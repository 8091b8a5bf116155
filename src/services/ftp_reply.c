/* ftp_reply.c: addresses, sizes and paths in replies of an FTP server. */
#include "services/ftp_reply.h"

#include <assert.h>
#include <string.h>

enum { CODE_DIGITS = 3 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What stands behind the code. */
static const char *words_of(const struct ftp_reply *reply)
{
    const char *words = reply->text;

    for (size_t i = 0; i < CODE_DIGITS && is_digit(*words); i++)
        words++;
    while (*words == ' ')
        words++;
    return words;
}

/* A decimal number up to `max`; false when there is none. */
static bool take_number(const char **at, uint64_t max, uint64_t *ret_number)
{
    uint64_t number = 0;

    if (!is_digit(**at))
        return false;
    while (is_digit(**at)) {
        uint64_t digit = (uint64_t)(**at - '0');

        if (number > (max - digit) / 10)
            return false;
        number = number * 10 + digit;
        (*at)++;
    }
    *ret_number = number;
    return true;
}

static bool take_six(const char *at, uint8_t numbers[6])
{
    for (size_t i = 0; i < 6; i++) {
        uint64_t number;

        if (i > 0 && *at++ != ',')
            return false;
        if (!take_number(&at, UINT8_MAX, &number))
            return false;
        numbers[i] = (uint8_t)number;
    }
    return true;
}

bool ftp_reply_passive(const struct ftp_reply *reply, struct net_address *ret_address,
                       uint16_t *ret_port)
{
    uint8_t numbers[6];
    const char *at = words_of(reply);

    while (*at != '\0') {
        if (is_digit(*at) && take_six(at, numbers)) {
            uint16_t port = (uint16_t)(numbers[4] << 8 | numbers[5]);

            *ret_address = (struct net_address){ .family = NET_IPV4 };
            memcpy(ret_address->bytes, numbers, 4);
            *ret_port = port;
            return port != 0;
        }
        while (is_digit(*at))
            at++;
        if (*at != '\0')
            at++;
    }
    return false;
}

bool ftp_reply_extended_passive(const struct ftp_reply *reply, uint16_t *ret_port)
{
    const char *at = strchr(words_of(reply), '(');
    uint64_t port;
    char mark;

    if (at == NULL || at[1] == '\0' || is_digit(at[1]))
        return false;
    mark = at[1];
    if (at[2] != mark || at[3] != mark)
        return false;
    at += 4;
    if (!take_number(&at, UINT16_MAX, &port) || port == 0 || at[0] != mark)
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

bool ftp_reply_size(const struct ftp_reply *reply, uint64_t *ret_size)
{
    const char *at = words_of(reply);

    return take_number(&at, UINT64_MAX, ret_size) && (*at == '\0' || *at == ' ');
}

bool ftp_reply_path(const struct ftp_reply *reply, char *path, size_t cap)
{
    const char *at = strchr(words_of(reply), '"');
    size_t len = 0;

    assert(path != NULL && cap > 0);
    if (at == NULL)
        return false;
    for (at++; *at != '\0'; at++) {
        if (*at == '"' && *++at != '"') {
            path[len] = '\0';
            return true;
        }
        if (len + 1 >= cap)
            return false;
        path[len++] = *at;
    }
    return false;
}

bool ftp_address_is_private(const struct net_address *address)
{
    const uint8_t *b = address->bytes;

    if (address->family != NET_IPV4)
        return false;
    return b[0] == 0 || b[0] == 10 || b[0] == 127 || (b[0] == 172 && (b[1] & 0xF0) == 16) ||
           (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254) ||
           (b[0] == 100 && (b[1] & 0xC0) == 64);
}
