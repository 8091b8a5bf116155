/* secrets.c: what of a host's input may not be shown, for who records it. */
#include "at/internal.h"
#include "at/lexer.h"
#include "at/session.h"

#include "base/letters.h"
#include "base/mask.h"

enum { URLS_MAX = 16, CTRL_Z = 0x1A, ESCAPE_KEY = 0x1B };

bool at_awaits_secret(const struct at_session *at)
{
    return at->state == AT_PROMPT && at->mode->prompt.secret;
}

bool at_in_prompt(const struct at_session *at)
{
    return at->state == AT_PROMPT;
}

bool at_in_line(const struct at_session *at)
{
    return at->state == AT_COMMAND && (at_editor_is_open(&at->editor) || at->editor.junk);
}

uint8_t at_erase_key(const struct at_session *at)
{
    return (uint8_t)at->settings.s5;
}

static bool ends_line(const struct at_session *at, uint8_t c)
{
    return c == '\r' || c == (uint8_t)at->settings.s3 ||
           (c == '\n' && (at->accepts_lf || at->config.dialect->lf_ends_line));
}

/* Up to the end of a command line; its CR LF is one, in either order. */
static size_t line_part(const struct at_session *at, struct span bytes, bool *ret_ends)
{
    size_t len = 0;

    while (len < bytes.len && !ends_line(at, bytes.data[len]))
        len++;
    *ret_ends = len < bytes.len;
    if (*ret_ends) {
        uint8_t partner = bytes.data[len++] == '\n' ? '\r' : '\n';

        if (len < bytes.len && bytes.data[len] == partner)
            len++;
    }
    return len;
}

/* No more than a prompt takes: what comes behind may be a command line. */
static size_t prompt_part(const struct at_session *at, struct span bytes)
{
    size_t lacks = at_prompt_lacks(at), len = 0;

    if (lacks > 0)
        return lacks < bytes.len ? lacks : bytes.len;
    while (len < bytes.len && bytes.data[len] != CTRL_Z && bytes.data[len] != ESCAPE_KEY)
        len++;
    return len < bytes.len ? len + 1 : len;
}

size_t at_typed_part(const struct at_session *at, struct span bytes, bool *ret_ends)
{
    *ret_ends = false;
    switch (at->state) {
    case AT_COMMAND:
        return line_part(at, bytes, ret_ends);
    case AT_PROMPT:
        return prompt_part(at, bytes);
    case AT_ONLINE:
        return bytes.len;
    case AT_RUNNING:
    case AT_BUSY:
    case AT_WAIT_ROOM:
        break;
    }
    return 0;
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
        if (at_param_is_secret(&row->params[i], body) && args.list[i].given)
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

    while ((lexed = at_lex(line, at->config.dialect->prefixes, at->config.dialect->quotes_escaped,
                           &cursor, &lexeme)) == AT_LEXED) {
        const struct at_command *row = at_find(at, lexeme.name);
        bool is_secret = row != NULL && at_has_secret(row);
        size_t from = before;

        before = cursor;
        if (is_secret && lexeme.form != AT_SET)
            continue;
        if (row == NULL && lexeme.form == AT_SET &&
            at_speaks_of_secret(span_at(line.data + from, cursor - from))) {
            find(finds, lexeme.body);
            continue;
        }
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
