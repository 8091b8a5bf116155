/* ftp_reply.c: replies of an FTP server. */
#include "services/ftp_reply.h"

#include <string.h>

enum { CODE_DIGITS = 3, CODE_MIN = 100, CODE_MAX = 599 };

void ftp_reply_reset(struct ftp_reply_reader *reader)
{
    *reader = (struct ftp_reply_reader){ .len = 0 };
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The code in front of a line, or 0. */
static int line_code(const struct ftp_reply_reader *reader)
{
    const char *text = reader->reply.text;
    int code = 0;

    if (reader->len < CODE_DIGITS)
        return 0;
    for (size_t i = 0; i < CODE_DIGITS; i++) {
        if (!is_digit(text[i]))
            return 0;
        code = code * 10 + (text[i] - '0');
    }
    return code >= CODE_MIN && code <= CODE_MAX ? code : 0;
}

/* What stands behind the code: '-' says that more lines follow. */
static char line_mark(const struct ftp_reply_reader *reader)
{
    return reader->len > CODE_DIGITS ? reader->reply.text[CODE_DIGITS] : ' ';
}

static enum ftp_reply_result end_first_line(struct ftp_reply_reader *reader, int code)
{
    char mark = line_mark(reader);

    if (code == 0 || (mark != ' ' && mark != '-'))
        return FTP_REPLY_BROKEN;
    if (mark == '-') {
        reader->many_code = code;
        return FTP_REPLY_MORE;
    }
    reader->reply.code = code;
    return FTP_REPLY_WHOLE;
}

static enum ftp_reply_result end_line(struct ftp_reply_reader *reader)
{
    int code = line_code(reader);

    reader->reply.text[reader->len] = '\0';
    if (reader->many_code == 0)
        return end_first_line(reader, code);
    if (code != reader->many_code || line_mark(reader) != ' ')
        return FTP_REPLY_MORE;
    reader->reply.code = code;
    reader->many_code = 0;
    return FTP_REPLY_WHOLE;
}

enum ftp_reply_result ftp_reply_feed(struct ftp_reply_reader *reader, uint8_t byte)
{
    enum ftp_reply_result result = FTP_REPLY_MORE;

    if (byte == '\n') {
        result = reader->len == 0 && reader->many_code == 0 ? FTP_REPLY_MORE : end_line(reader);
        reader->len = 0;
    } else if (byte >= ' ' && byte != 0x7F && reader->len < FTP_REPLY_MAX) {
        reader->reply.text[reader->len++] = (char)byte; /* a host gets no control characters */
    }
    return result;
}

const char *ftp_reply_words(const struct ftp_reply *reply)
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
    const char *at = ftp_reply_words(reply);

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
    const char *at = strchr(ftp_reply_words(reply), '(');
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
    const char *at = ftp_reply_words(reply);

    return take_number(&at, UINT64_MAX, ret_size) && (*at == '\0' || *at == ' ');
}

bool ftp_reply_path(const struct ftp_reply *reply, char *path, size_t cap)
{
    const char *at = strchr(ftp_reply_words(reply), '"');
    size_t len = 0;

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
