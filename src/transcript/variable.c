/* variable.c: finds the variables of a transcript's text. */
#include "transcript/variable.h"

#include "base/letters.h"
#include "base/pattern.h"

enum { FORM_MAX = VARIABLE_NAME_MAX + sizeof("${length:}"), WHY_MAX = 8 };

bool variable_is_name(struct span text)
{
    if (text.len == 0 || text.len > VARIABLE_NAME_MAX || !is_letter_or_digit(text.data[0]) ||
        (text.data[0] >= '0' && text.data[0] <= '9'))
        return false;
    for (size_t i = 1; i < text.len; i++) {
        if (!is_letter_or_digit(text.data[i]) && text.data[i] != '_')
            return false;
    }
    return true;
}

static bool begins(struct span text, const char *head)
{
    size_t len = strlen(head);

    return text.len >= len && memcmp(text.data, head, len) == 0;
}

/* `${random:…}`, `${length:…}`: what stands between is the name as a whole. */
static bool read_made(struct span text, struct variable *ret_variable)
{
    size_t len = 2;

    if (!begins(text, "${random:") && !begins(text, "${length:"))
        return false;
    while (len < text.len &&
           (is_letter_or_digit(text.data[len]) || memchr("_:-", text.data[len], 3) != NULL))
        len++;
    if (len == text.len || text.data[len] != '}')
        return false;
    *ret_variable = (struct variable){ span_at(text.data + 2, len - 2), 0, len + 1 };
    return true;
}

/* `text` begins with "${"; no more of it is looked at than a variable can have. */
static bool read_variable(struct span text, struct variable *ret_variable)
{
    size_t len = text.len < FORM_MAX ? text.len : FORM_MAX;
    struct span rest = span_at(text.data, len);
    struct pattern_piece piece;
    char memory[WHY_MAX];
    struct text why;

    if (read_made(rest, ret_variable))
        return true;
    text_init(&why, memory, sizeof(memory));
    if (!pattern_next(&rest, &piece, &why) || !piece.is_variable)
        return false;
    *ret_variable = (struct variable){ piece.text, (uint32_t)piece.digits, len - rest.len };
    return piece.text.len <= VARIABLE_NAME_MAX;
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
