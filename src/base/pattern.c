/* pattern.c: texts with variables in them. */
#include "base/pattern.h"

#include <assert.h>

enum { DIGITS_MAX = 20 };

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static size_t length_until(struct span bytes, uint8_t end)
{
    size_t len = 0;

    while (len < bytes.len && bytes.data[len] != end)
        len++;
    return len;
}

/* How much of it stands before the first variable. */
static size_t plain_length(struct span bytes)
{
    size_t len = 0;

    while (len < bytes.len &&
           !(bytes.data[len] == '$' && len + 1 < bytes.len && bytes.data[len + 1] == '{'))
        len++;
    return len;
}

static bool is_name(struct span name)
{
    if (name.len == 0 || !is_letter(name.data[0]))
        return false;
    for (size_t i = 1; i < name.len; i++) {
        if (!is_letter(name.data[i]) && !is_digit(name.data[i]) && name.data[i] != '_')
            return false;
    }
    return true;
}

/* "04"; a width without its zero would be blanks, which nobody wants in a name. */
static bool read_digits(struct span width, size_t *ret_digits)
{
    size_t digits = 0;

    if (width.len < 2 || width.len > 3 || width.data[0] != '0')
        return false;
    for (size_t i = 1; i < width.len; i++) {
        if (!is_digit(width.data[i]))
            return false;
        digits = digits * 10 + (size_t)(width.data[i] - '0');
    }
    *ret_digits = digits;
    return digits >= 1 && digits <= DIGITS_MAX;
}

static bool read_variable(struct span inside, struct pattern_piece *ret_piece, struct text *error)
{
    size_t len = length_until(inside, ':');

    *ret_piece = (struct pattern_piece){ .is_variable = true, .text = span_at(inside.data, len) };
    if (!is_name(ret_piece->text)) {
        text_add(error, "${%.*s} is no variable; allowed: ${NAME}, ${NAME:04}", (int)inside.len,
                 (const char *)inside.data);
        return false;
    }
    if (len < inside.len && !read_digits(span_skip(inside, len + 1), &ret_piece->digits)) {
        text_add(error,
                 "\"%.*s\" is no number of digits; allowed: a 0 and 1 to %d behind it, as in "
                 "${%.*s:04}",
                 (int)(inside.len - len - 1), (const char *)inside.data + len + 1, DIGITS_MAX,
                 (int)len, (const char *)inside.data);
        return false;
    }
    return true;
}

bool pattern_next(struct span *rest, struct pattern_piece *ret_piece, struct text *error)
{
    size_t len = plain_length(*rest);
    struct span inside;

    assert(rest->len > 0);
    if (len > 0) {
        *ret_piece = (struct pattern_piece){ .text = span_at(rest->data, len) };
        *rest = span_skip(*rest, len);
        return true;
    }
    inside = span_skip(*rest, 2);
    len = length_until(inside, '}');
    if (len == inside.len) {
        text_add(error, "a \"${\" has no \"}\"; allowed: ${NAME}, ${NAME:04}");
        return false;
    }
    if (!read_variable(span_at(inside.data, len), ret_piece, error))
        return false;
    *rest = span_skip(inside, len + 1);
    return true;
}

static bool is_number(struct span value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (!is_digit(value.data[i]))
            return false;
    }
    return value.len > 0;
}

static bool add_value(const struct pattern_piece *piece, struct span value, struct text *ret_text,
                      struct text *error)
{
    if (piece->digits > 0 && !is_number(value)) {
        text_add(error, "${%.*s} is no number, so it has no digits to fill up",
                 (int)piece->text.len, (const char *)piece->text.data);
        return false;
    }
    for (size_t len = value.len; len < piece->digits; len++)
        text_add_char(ret_text, '0');
    text_add_span(ret_text, value);
    return true;
}

bool pattern_expand(struct span pattern, pattern_find_fn *find, void *ctx, struct text *ret_text,
                    struct text *error)
{
    struct pattern_piece piece;
    struct span value;

    while (pattern.len > 0) {
        if (!pattern_next(&pattern, &piece, error))
            return false;
        if (!piece.is_variable) {
            text_add_span(ret_text, piece.text);
            continue;
        }
        if (!find(ctx, piece.text, &value)) {
            text_add(error, "there is no variable ${%.*s}", (int)piece.text.len,
                     (const char *)piece.text.data);
            return false;
        }
        if (!add_value(&piece, value, ret_text, error))
            return false;
    }
    return true;
}

bool pattern_names(struct span pattern, const char *variable)
{
    struct pattern_piece piece;
    char nowhere[1];
    struct text error;

    text_init(&error, nowhere, sizeof(nowhere));
    while (pattern.len > 0) {
        if (!pattern_next(&pattern, &piece, &error))
            return false;
        if (piece.is_variable && span_equal(piece.text, span_of(variable)))
            return true;
    }
    return false;
}
