/* trace.c: command lines in the trace, but for those that carry a secret. */
#include "at/internal.h"
#include "at/lexer.h"

/* True when a set gives a parameter that may not be traced, or might: of a command that this module
 * does not have, nobody knows, and behind something else it may be data of a prompt that has not
 * come. */
static bool gives_secret(const struct at_session *at, const struct at_lexeme *lexeme)
{
    const struct at_command *row = at_find(at, lexeme->name);
    struct at_args args;

    if (row == NULL)
        return at->editor.behind || (lexeme->form == AT_SET && !lexeme->basic);
    if (lexeme->form != AT_SET || !at_has_secret(row))
        return false;
    if (row->secret || at_args_parse(row, &at->config.model, lexeme->body, &args) != AT_ARGS_FINE)
        return true;
    for (size_t i = 0; i < row->param_count; i++) {
        if (at_param_is_secret(&row->params[i], lexeme->body) && args.list[i].given)
            return true;
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
    while ((lexed = at_lex(line, at->config.dialect->prefixes, at->config.dialect->quotes_escaped,
                           &cursor, &lexeme)) == AT_LEXED) {
        if (gives_secret(at, &lexeme))
            return true;
        before = cursor;
    }
    return lexed == AT_MALFORMED &&
           (at->editor.behind || at_names_secret(at, span_skip(line, before)));
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
