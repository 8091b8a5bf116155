/* text.c: building a text in memory of fixed size.
 *
 * Answers are made of a few plain conversions, for which the C library's machinery costs several
 * times as much as the rest of a command: these are done here.
 */
#include "base/text.h"

#include <assert.h>
#include <stdio.h>

void text_init(struct text *text, char *memory, size_t cap)
{
    assert(memory != NULL && cap >= 1);
    *text = (struct text){ .at = memory, .cap = cap };
    memory[0] = '\0';
}

/* Without the end that a text has. */
static void put(struct text *text, const char *bytes, size_t len)
{
    size_t room = text->cap - 1 - text->len;

    if (len > room) {
        len = room;
        text->cut = true;
    }
    if (len > 0)
        memcpy(text->at + text->len, bytes, len);
    text->len += len;
}

static void put_text(struct text *text, const char *bytes)
{
    put(text, bytes, strlen(bytes));
}

/* At most as many bytes as `precision`, which is none below 0, and none behind a NUL. */
static void put_piece(struct text *text, const char *bytes, int precision)
{
    const char *end;

    if (precision < 0) {
        put_text(text, bytes);
    } else if (precision > 0) {
        end = memchr(bytes, '\0', (size_t)precision);
        put(text, bytes, end != NULL ? (size_t)(end - bytes) : (size_t)precision);
    }
}

enum { NUMBER_MAX = 24 };

static void put_number(struct text *text, uint64_t magnitude, bool negative, unsigned digits)
{
    char number[NUMBER_MAX];
    size_t at = NUMBER_MAX;

    if (magnitude < 10 && !negative && digits <= 1) {
        text_add_char(text, (char)('0' + magnitude));
        return;
    }
    do {
        number[--at] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude > 0);
    while (NUMBER_MAX - at + negative < digits && at > 1)
        number[--at] = '0';
    if (negative)
        number[--at] = '-';
    put(text, number + at, NUMBER_MAX - at);
}

static void put_signed(struct text *text, int64_t number, unsigned digits)
{
    put_number(text, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, number < 0, digits);
}

/* What has no case of its own in text_add_list(). */
__attribute__((format(printf, 2, 0))) static void put_rest(struct text *text, const char *format,
                                                           va_list values)
{
    size_t room = text->cap - text->len;
    int need = vsnprintf(text->at + text->len, room, format, values);

    text->cut = text->cut || need < 0 || (size_t)need >= room;
    text->len = need < 0 || (size_t)need >= room ? text->cap - 1 : text->len + (size_t)need;
}

static bool begins_with(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

void text_add_list(struct text *text, const char *format, va_list values)
{
    for (;;) {
        size_t plain = 0;
        int precision;

        while (format[plain] != '\0' && format[plain] != '%')
            plain++;
        put(text, format, plain);
        format += plain;
        if (*format == '\0')
            break;
        switch (format[1]) {
        case 's':
            put_text(text, va_arg(values, const char *));
            format += 2;
            continue;
        case 'd':
            put_signed(text, va_arg(values, int), 0);
            format += 2;
            continue;
        case 'u':
            put_number(text, va_arg(values, unsigned), false, 0);
            format += 2;
            continue;
        case 'c':
            text_add_char(text, (char)va_arg(values, int));
            format += 2;
            continue;
        }
        if (begins_with(format, "%zu")) {
            put_number(text, va_arg(values, size_t), false, 0);
            format += 3;
        } else if (begins_with(format, "%.*s")) {
            precision = va_arg(values, int);
            put_piece(text, va_arg(values, const char *), precision);
            format += 4;
        } else {
            put_rest(text, format, values);
            return;
        }
    }
    text->at[text->len] = '\0';
}

void text_add(struct text *text, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    text_add_list(text, format, values);
    va_end(values);
}

void text_add_number(struct text *text, int32_t number, unsigned digits)
{
    put_signed(text, number, digits);
    text->at[text->len] = '\0';
}

void text_add_span(struct text *text, struct span bytes)
{
    put(text, (const char *)bytes.data, bytes.len);
    text->at[text->len] = '\0';
}

struct span text_span(const struct text *text)
{
    return span_at(text->at, text->len);
}
