/* secrets.c: what of a host's input may not be shown, for who records it. */
#include "at/internal.h"
#include "at/lexer.h"
#include "at/session.h"

#include "base/letters.h"
#include "base/mask.h"

bool at_awaits_secret(const struct at_session *at)
{
    return at->state == AT_PROMPT && at->mode->prompt.secret;
}

static bool has_secret_param(const struct at_command *row)
{
    for (size_t i = 0; i < row->param_count; i++) {
        if (row->params[i].secret)
            return true;
    }
    return false;
}

/* Values of a command that has a secret; where they do not stand as the row has them, each text. */
static size_t find_values(const struct at_session *at, const struct at_command *row,
                          struct span body, struct span *list, size_t cap)
{
    bool more = true, quoted;
    struct at_args args;
    struct span value;
    size_t count = 0;

    if (has_secret_param(row) &&
        at_args_parse(row, &at->config.model, body, &args) == AT_ARGS_FINE) {
        for (size_t i = 0; i < row->param_count && count < cap; i++) {
            if (row->params[i].secret && args.list[i].given && args.list[i].text.len > 0)
                list[count++] = args.list[i].text;
        }
        return count;
    }
    while (more && count < cap && at_args_cut(&body, &more, &value, &quoted)) {
        if (quoted && value.len > 0)
            list[count++] = value;
    }
    return count;
}

size_t at_find_secrets(const struct at_session *at, struct span line, struct span *list, size_t cap)
{
    struct at_lexeme lexeme;
    size_t cursor = 0, count = 0;

    while (line.len > 0 && !letters_start(line, "AT"))
        line = span_skip(line, 1);
    if (line.len == 0)
        return 0;
    if (line.data[line.len - 1] == '\r')
        line.len--;
    line = span_skip(line, 2);
    while (count < cap &&
           at_lex(line, at->config.dialect->prefixes, &cursor, &lexeme) == AT_LEXED) {
        const struct at_command *row = at_find(at, lexeme.name);

        if (lexeme.form != AT_SET)
            continue;
        if (row != NULL && (row->secret || has_secret_param(row)))
            count += find_values(at, row, lexeme.body, list + count, cap - count);
        else
            count += mask_find(lexeme.body, list + count, cap - count);
    }
    return count;
}
