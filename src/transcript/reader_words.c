/* reader_words.c: words, numbers, times of a transcript's line. */
#include "transcript/reader_words.h"

#include "base/hex.h"
#include "base/letters.h"
#include "transcript/script.h"

struct span words_next(struct span *text)
{
    struct span word = letters_trim(*text);
    size_t len = 0;

    *text = word;
    while (len < word.len && word.data[len] != ' ' && word.data[len] != '\t')
        len++;
    word.len = len;
    *text = span_skip(*text, len);
    return word;
}

bool words_are(struct span text, const char *word)
{
    return span_equal(text, span_of(word));
}

bool words_begin(struct span text, const char *head, struct span *ret_rest)
{
    size_t len = strlen(head);

    if (text.len < len || !words_are(span_at(text.data, len), head))
        return false;
    if (text.len > len && text.data[len] != ' ')
        return false;
    *ret_rest = span_skip(text, text.len > len ? len + 1 : len);
    return true;
}

bool words_pair(struct span word, struct span *ret_name, struct span *ret_value)
{
    const uint8_t *sign = word.len > 0 ? memchr(word.data, '=', word.len) : NULL;
    size_t before = sign != NULL ? (size_t)(sign - word.data) : 0;

    if (before == 0)
        return false;
    *ret_name = span_at(word.data, before);
    *ret_value = span_skip(word, before + 1);
    return true;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

bool words_number(struct span text, uint32_t max, uint32_t *ret_number)
{
    uint64_t number = 0;

    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.data[i]))
            return false;
        number = number * 10 + (unsigned)(text.data[i] - '0');
        if (number > max)
            return false;
    }
    *ret_number = (uint32_t)number;
    return true;
}

/* Digits, perhaps a point and more of them, in thousandths of what they count. */
static bool read_thousandths(struct span text, uint64_t *ret_number)
{
    const uint8_t *point = text.len > 0 ? memchr(text.data, '.', text.len) : NULL;
    struct span whole = text;
    uint32_t number;
    uint64_t unit = 1000;

    if (point != NULL)
        whole.len = (size_t)(point - text.data);
    if (!words_number(whole, 1000u * SCRIPT_DURATION_MAX_S, &number))
        return false;
    *ret_number = (uint64_t)number * 1000;
    for (size_t i = whole.len + 1; i < text.len; i++) {
        unit /= 10;
        if (!is_digit(text.data[i]) || (unit == 0 && text.data[i] != '0'))
            return false;
        *ret_number += unit * (unsigned)(text.data[i] - '0');
    }
    return point == NULL || whole.len + 1 < text.len;
}

bool words_duration(struct span text, uint32_t *ret_ms)
{
    bool in_ms = text.len > 2 && text.data[text.len - 2] == 'm';
    uint64_t number;

    if (text.len < 2 || text.data[text.len - 1] != 's')
        return false;
    text.len -= in_ms ? 2 : 1;
    if (!read_thousandths(text, &number))
        return false;
    if (in_ms) {
        if (number % 1000 != 0)
            return false;
        number /= 1000;
    }
    if (number > 1000ull * SCRIPT_DURATION_MAX_S)
        return false;
    *ret_ms = (uint32_t)number;
    return true;
}

bool words_wire_number(struct span text, int *ret_number)
{
    uint8_t bytes[2];

    if (text.len != 2 * sizeof(bytes) || !hex_read(text, bytes))
        return false;
    *ret_number = bytes[0] << 8 | bytes[1];
    return true;
}

/* Where ± or +- stands, and how long it is; the length of the text: it does not. */
static size_t find_sign(struct span text, size_t *ret_len)
{
    static const char *const signs[] = { "\xc2\xb1", "+-" };

    *ret_len = 2;
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (memcmp(text.data + i, signs[0], 2) == 0 || memcmp(text.data + i, signs[1], 2) == 0)
            return i;
    }
    return text.len;
}

bool words_cut_spread(struct span text, struct span *ret_time, struct span *ret_spread)
{
    size_t sign_len, before = find_sign(text, &sign_len);
    bool has_spread = before < text.len;

    *ret_time = letters_trim(span_at(text.data, before));
    *ret_spread = letters_trim(span_skip(text, has_spread ? before + sign_len : before));
    return has_spread;
}
