/* secret_names.c: commands that have values which may not be shown. */
#include "at/internal.h"

static bool has_secret_param(const struct at_command *row)
{
    for (size_t i = 0; i < row->param_count; i++) {
        if (row->params[i].secret)
            return true;
    }
    return false;
}

bool at_has_secret(const struct at_command *row)
{
    return row->secret || has_secret_param(row);
}

/* Blanks and control characters are none of a name. */
static bool begins_with(struct span text, const char *upper_word)
{
    for (; *upper_word != '\0' && text.len > 0; text = span_skip(text, 1)) {
        uint8_t c = text.data[0];

        if (c <= ' ' || c == 0x7f)
            continue;
        if ((c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) != (uint8_t)*upper_word)
            return false;
        upper_word++;
    }
    return *upper_word == '\0';
}

static bool contains(struct span text, const char *upper_word)
{
    for (; text.len > 0; text = span_skip(text, 1)) {
        if (begins_with(text, upper_word))
            return true;
    }
    return false;
}

bool at_names_secret(const struct at_session *at, struct span text)
{
    for (const struct at_commands *const *list = at->config.commands; *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            const struct at_command *row = &(*list)->rows[i];

            if (at_has_secret(row) && contains(text, row->name))
                return true;
        }
    }
    return false;
}

bool at_speaks_of_secret(struct span text)
{
    static const char *const words[] = { "PASS", "PWD", "PSWD", "PW=", "AUTH", "SECRET", "TOKEN" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (contains(text, words[i]))
            return true;
    }
    return false;
}
