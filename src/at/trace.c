/* trace.c: command lines in the trace, but for those that carry a secret. */
#include "at/internal.h"
#include "at/lexer.h"

#include <string.h>

static bool has_secret_param(const struct at_command *row)
{
    for (size_t i = 0; i < row->param_count; i++) {
        if (row->params[i].secret)
            return true;
    }
    return row->secret;
}

/* True when a set gives a parameter that may not be traced, or might: of a command that this module
 * does not have, nobody knows, and behind something else it may be data of a prompt that has not
 * come. */
static bool gives_secret(const struct at_session *at, const struct at_lexeme *lexeme)
{
    const struct at_command *row = at_find(at, lexeme->name);
    struct at_args args;

    if (row == NULL)
        return at->editor.behind || (lexeme->form == AT_SET && !lexeme->basic);
    if (lexeme->form != AT_SET || !has_secret_param(row))
        return false;
    if (row->secret || at_args_parse(row, &at->config.model, lexeme->body, &args) != AT_ARGS_FINE)
        return true;
    for (size_t i = 0; i < row->param_count; i++) {
        if (row->params[i].secret && args.list[i].given)
            return true;
    }
    return false;
}

static int upper(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

static bool contains(struct span text, const char *upper_word)
{
    size_t len = strlen(upper_word);

    for (; text.len >= len; text = span_skip(text, 1)) {
        size_t same = 0;

        while (same < len && upper(text.data[same]) == upper_word[same])
            same++;
        if (same == len)
            return true;
    }
    return false;
}

/* For text that is no command, but may have been meant as one. */
static bool names_secret(const struct at_session *at, struct span text)
{
    for (const struct at_commands *const *list = at->config.commands; *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            const struct at_command *row = &(*list)->rows[i];

            if (has_secret_param(row) && contains(text, row->name))
                return true;
        }
    }
    return false;
}

static bool has_secret(const struct at_session *at, struct span line)
{
    struct at_lexeme lexeme;
    enum at_lexed lexed;
    size_t cursor = 0, before = 0;

    if (at_is_base64(at))
        return true;
    while ((lexed = at_lex(line, at->config.dialect->prefixes, &cursor, &lexeme)) == AT_LEXED) {
        if (gives_secret(at, &lexeme))
            return true;
        before = cursor;
    }
    return lexed == AT_MALFORMED &&
           (at->editor.behind || names_secret(at, span_skip(line, before)));
}

/* A line whose command carries a secret is traced without its text. */
void at_trace_line(const struct at_session *at)
{
    struct span line = at_editor_line(&at->editor);

    if (!log_traces(at->config.log, TRACE_AT))
        return;
    if (has_secret(at, line))
        at_trace(at, "> AT (a line with a secret, or with what may be one)");
    else
        at_trace(at, "> AT%.*s", (int)line.len, (const char *)line.data);
}
