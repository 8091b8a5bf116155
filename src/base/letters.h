/* letters.h: ASCII letters, whatever the locale: protocols compare words without regard to case. */
#ifndef BASE_LETTERS_H
#define BASE_LETTERS_H

#include "base/span.h"

#include <stdbool.h>

/* The letter as a capital; any other byte as it is. */
static inline uint8_t letter_upper(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

/* True for A to Z, a to z and 0 to 9. */
static inline bool is_letter_or_digit(uint8_t c)
{
    return (letter_upper(c) >= 'A' && letter_upper(c) <= 'Z') || (c >= '0' && c <= '9');
}

/* True when both are the same but for the case of letters. */
static inline bool letters_equal(struct span a, struct span b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        if (letter_upper(a.data[i]) != letter_upper(b.data[i]))
            return false;
    }
    return true;
}

/* True when `text` begins with `word`, in any case. */
static inline bool letters_start(struct span text, const char *word)
{
    size_t len = strlen(word);

    return text.len >= len && letters_equal(span_at(text.data, len), span_of(word));
}

/* Without the blanks and tabs at both ends. */
static inline struct span letters_trim(struct span text)
{
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = span_skip(text, 1);
    while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
        text.len--;
    return text;
}

#endif
