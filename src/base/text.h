/* text.h: building a text in memory of fixed size, without counting by hand. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/span.h"

#include <stdarg.h>
#include <stdbool.h>

/* Always terminated; `cut` says that something did not fit. */
struct text {
    char *at;
    size_t len, cap;
    bool cut;
};

/* An empty text over `cap` (at least 1) bytes that it borrows. */
void text_init(struct text *text, char *memory, size_t cap);

/* Appends, printf style, as far as there is room; what does not fit sets `cut`. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with the values in a list, which is used up. */
void text_add_list(struct text *text, const char *format, va_list values)
    __attribute__((format(printf, 2, 0)));

/* The same for a number, with zeros before it up to `digits` characters. */
void text_add_number(struct text *text, int32_t number, unsigned digits);

/* The same for a character. */
static inline void text_add_char(struct text *text, char c)
{
    if (text->len + 1 < text->cap) {
        text->at[text->len++] = c;
        text->at[text->len] = '\0';
    } else {
        text->cut = true;
    }
}

/* The same for bytes as they are. */
void text_add_span(struct text *text, struct span bytes);

/* What is there so far; valid while the memory is. */
struct span text_span(const struct text *text);

#endif
