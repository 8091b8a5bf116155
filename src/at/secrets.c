/* secrets.c: what of a host's input may not be shown, for who records it. */
#include "at/internal.h"
#include "at/lexer.h"
#include "at/session.h"

#include "base/letters.h"
#include "base/mask.h"

enum { URLS_MAX = 16 };

bool at_awaits_secret(const struct at_session *at)
{
    return at->state == AT_PROMPT && at->mode->prompt.secret;
}

/* What was found so far. */
struct finds {
    struct span *list;
    size_t count, cap;
    bool over; /* there are more */
};

static void find(struct finds *finds, struct span value)
{
    for (size_t i = 0; i < finds->count; i++) {
        if (finds->list[i].data == value.data && finds->list[i].len == value.len)
            return;
    }
    if (value.len == 0)
        return;
    if (finds->count == finds->cap)
        finds->over = true;
    else
        finds->list[finds->count++] = value;
}

static void find_urls(struct finds *finds, struct span text)
{
    struct span urls[URLS_MAX];
    size_t count = mask_find(text, urls, URLS_MAX);

    for (size_t i = 0; i < count; i++)
        find(finds, urls[i]);
    finds->over = finds->over || count == URLS_MAX;
}

/* The values of a row that has secrets; false: they do not stand as the row has them. */
static bool find_values(const struct at_session *at, const struct at_command *row, struct span body,
                        struct finds *finds)
{
    struct at_args args;
    bool any = false;

    if (at_args_parse(row, &at->config.model, body, &args) != AT_ARGS_FINE)
        return false;
    for (size_t i = 0; i < row->param_count; i++) {
        if (row->params[i].secret && args.list[i].given)
            find(finds, args.list[i].text);
        any = any || row->params[i].secret;
    }
    return any;
}

/* The commands of a line, behind its AT.  What is not understood, but names a row that has secrets,
 * is one up to the line's end. */
static void find_in_commands(const struct at_session *at, struct span line, struct finds *finds)
{
    struct at_lexeme lexeme;
    enum at_lexed lexed;
    size_t cursor = 0, before = 0;

    while ((lexed = at_lex(line, at->config.dialect->prefixes, &cursor, &lexeme)) == AT_LEXED) {
        const struct at_command *row = at_find(at, lexeme.name);
        bool is_secret = row != NULL && at_has_secret(row);
        size_t from = before;

        before = cursor;
        if (is_secret && lexeme.form != AT_SET)
            continue;
        if (is_secret) {
            if (find_values(at, row, lexeme.body, finds))
                continue;
            from = (size_t)(lexeme.body.data - line.data);
        } else if (!at_names_secret(at, span_at(line.data + from, cursor - from))) {
            find_urls(finds, lexeme.body);
            continue;
        }
        find(finds, span_skip(line, from));
        return;
    }
    if (lexed == AT_MALFORMED && at_names_secret(at, span_skip(line, before)))
        find(finds, span_skip(line, before));
}

size_t at_find_secrets(const struct at_session *at, struct span line, struct span *list, size_t cap)
{
    struct finds finds = { list, 0, cap, false };
    size_t before = 0;

    if (line.len > 0 && line.data[line.len - 1] == '\r')
        line.len--;
    while (before < line.len && !letters_start(span_skip(line, before), "AT"))
        before++;
    if (at_names_secret(at, span_at(line.data, before)))
        find(&finds, span_at(line.data, before));
    if (before < line.len)
        find_in_commands(at, span_skip(line, before + 2), &finds);
    find_urls(&finds, line);
    if (finds.over && cap > 0)
        list[0] = line;
    return finds.over && cap > 0 ? 1 : finds.count;
}
