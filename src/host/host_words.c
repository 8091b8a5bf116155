/* host_words.c: what lines of a module mean to a host that knows no maker. */
#include "host/host_words.h"

#include "base/letters.h"

static bool contains(struct span line, const char *word)
{
    size_t len = strlen(word);

    for (; line.len >= len; line = span_skip(line, 1)) {
        if (letters_start(line, word))
            return true;
    }
    return false;
}

static bool ends(struct span line, const char *word)
{
    size_t len = strlen(word);

    return line.len >= len && letters_start(span_skip(line, line.len - len), word);
}

/* Capitals and numbers alone, as results without a colon are; a line of data seldom is. */
static bool is_plain(struct span line)
{
    for (size_t i = 0; i < line.len; i++) {
        uint8_t c = line.data[i];

        if (c != ' ' && c != ',' && (c != letter_upper(c) || !is_letter_or_digit(c)))
            return false;
    }
    return true;
}

static bool is_report(struct span line)
{
    return is_plain(line) || (line.len > 0 && (line.data[0] == '+' || line.data[0] == '#'));
}

bool host_word_is_error(struct span line)
{
    return is_report(line) &&
           (ends(line, "ERROR") || contains(line, "ERROR:") || ends(line, "FAIL"));
}

bool host_word_is_close(struct span line)
{
    return is_report(line) && (contains(line, "NO CARRIER") || contains(line, "CLOSED"));
}

/* `+MIPSTAT: 1,0` says that all is well. */
static bool says_well(struct span line)
{
    return line.len > 2 && line.data[line.len - 1] == '0' && line.data[line.len - 2] == ',';
}

bool host_word_is_loss(struct span line)
{
    static const char *const words[] = { "+QMTSTAT:", "+MQTTBREAK:", "+MIPSTAT:" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (letters_start(line, words[i]))
            return !says_well(line);
    }
    return host_word_is_close(line);
}

bool host_word_number(struct span line, uint8_t *ret_number)
{
    unsigned number = 0;
    size_t at = 0, digits = 0;

    while (at < line.len && line.data[at] != ':')
        at++;
    while (++at < line.len && line.data[at] == ' ')
        ;
    for (; at < line.len && line.data[at] >= '0' && line.data[at] <= '9' && digits < 4; at++) {
        number = 10 * number + (unsigned)(line.data[at] - '0');
        digits++;
    }
    if (digits == 0 || number > UINT8_MAX || (at < line.len && line.data[at] != ','))
        return false;
    *ret_number = (uint8_t)number;
    return true;
}

bool host_word_is_result(struct span line)
{
    if (host_word_is_error(line))
        return true;
    return is_plain(line) &&
           (ends(line, "OK") || letters_start(line, "CONNECT") || contains(line, "NO CARRIER"));
}

bool host_word_is_same(struct span wanted, struct span line)
{
    size_t at = 0;

    for (size_t i = 0; i < wanted.len; i++) {
        if (wanted.data[i] == '\\' && i + 1 < wanted.len)
            i++;
        if (at == line.len || wanted.data[i] != line.data[at])
            return false;
        at++;
        if (wanted.data[i] == ':')
            return true;
    }
    return false;
}
