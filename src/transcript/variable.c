/* variable.c: finds `${name}` and `${name:04}` in a text. */
#include "transcript/variable.h"

#include "base/letters.h"

static bool is_name_byte(uint8_t c)
{
    return is_letter_or_digit(c) || c == '_';
}

bool variable_is_name(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_name_byte(text.data[i]))
            return false;
    }
    return text.len > 0;
}

/* `text` begins with "${". */
static bool read_variable(struct span text, struct variable *ret_variable)
{
    size_t at = 2;

    while (at < text.len && is_name_byte(text.data[at]))
        at++;
    *ret_variable = (struct variable){ .name = span_at(text.data + 2, at - 2) };
    if (at + 2 < text.len && text.data[at] == ':' && text.data[at + 1] == '0' &&
        text.data[at + 2] >= '1' && text.data[at + 2] <= '9') {
        ret_variable->digits = (uint32_t)(text.data[at + 2] - '0');
        at += 3;
    }
    ret_variable->len = at + 1;
    return ret_variable->name.len > 0 && at < text.len && text.data[at] == '}';
}

size_t variable_find(struct span text, struct variable *ret_variable)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.data[i] == '$' && text.data[i + 1] == '{' &&
            (i == 0 || text.data[i - 1] != '\\') && read_variable(span_skip(text, i), ret_variable))
            return i;
    }
    return text.len;
}
