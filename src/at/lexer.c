/* lexer.c: cuts a command line into commands.
 *
 * More lenient than V.250 where hosts in the field are: blanks anywhere outside quotes, a `;` after
 * a basic command, AT&K=0 for AT&K0, AT+IPR=115200&W without a `;`.
 */
#include "at/lexer.h"

#include <assert.h>
#include <string.h>

struct reader {
    struct span line;
    size_t at;
    bool escapes;
};

static int peek(struct reader *in)
{
    while (in->at < in->line.len && in->line.data[in->at] == ' ')
        in->at++;
    return in->at < in->line.len ? in->line.data[in->at] : -1;
}

static int upper(int c)
{
    return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

static bool is_letter(int c)
{
    return upper(c) >= 'A' && upper(c) <= 'Z';
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_name(int c)
{
    return is_letter(c) || (c >= '-' && c <= ':') || c == '!' || c == '%' || c == '_';
}

/* True where the line goes on with &W and nothing else, right behind a number. */
static bool is_write(const struct reader *in)
{
    const uint8_t *at = in->line.data + in->at;

    return at[0] == '&' && in->line.len - in->at == 2 && upper(at[1]) == 'W' && in->at > 0 &&
           is_digit(at[-1]);
}

static bool is_escaped(const struct reader *in)
{
    return in->escapes && in->at > 0 && in->line.data[in->at - 1] == '\\';
}

/* Parameters run to the `;` or the end of the line that is not inside quotes. */
static struct span take_body(struct reader *in)
{
    size_t start = in->at;
    bool quoted = false;

    while (in->at < in->line.len && (quoted || (in->line.data[in->at] != ';' && !is_write(in)))) {
        if (in->line.data[in->at] == '"' && !(quoted && is_escaped(in)))
            quoted = !quoted;
        in->at++;
    }
    return span_at(in->line.data + start, in->at - start);
}

static struct span take_digits(struct reader *in)
{
    size_t start;

    peek(in);
    start = in->at;
    while (in->at < in->line.len && is_digit(in->line.data[in->at]))
        in->at++;
    return span_at(in->line.data + start, in->at - start);
}

/* The `?` or `=` behind a name; neither is AT_RUN. */
static enum at_form take_operator(struct reader *in)
{
    int c = peek(in);

    if (c != '?' && c != '=')
        return AT_RUN;
    in->at++;
    return c == '?' ? AT_READ : AT_SET;
}

/* What follows an extended command's name. */
static enum at_lexed lex_form(struct reader *in, struct at_lexeme *ret)
{
    int c;

    ret->form = take_operator(in);
    if (ret->form == AT_SET) {
        c = peek(in);
        ret->body = take_body(in);
        if (c == '?' && ret->body.len >= 1) {
            struct reader rest = { ret->body, 1, false };

            if (peek(&rest) < 0)
                ret->form = AT_TEST;
        }
    }
    c = peek(in);
    if (c >= 0 && c != ';' && !is_write(in))
        return AT_MALFORMED;
    return AT_LEXED;
}

static enum at_lexed lex_extended(struct reader *in, struct at_lexeme *ret)
{
    size_t len = 0;

    ret->basic = false;
    ret->name[len++] = (char)in->line.data[in->at++];
    peek(in);
    for (; in->at < in->line.len && is_name(in->line.data[in->at]); in->at++) {
        if (len == AT_NAME_MAX)
            return AT_MALFORMED;
        ret->name[len++] = (char)upper(in->line.data[in->at]);
    }
    ret->name[len] = '\0';
    return len > 1 ? lex_form(in, ret) : AT_MALFORMED;
}

/* S<n>=<v>, S<n>?, and S<n> alone, for rows that take anything. */
static enum at_lexed lex_register(struct reader *in, struct at_lexeme *ret)
{
    struct span number = take_digits(in);

    if (number.len == 0 || number.len > 3)
        return AT_MALFORMED;
    memcpy(ret->name + 1, number.data, number.len);
    ret->name[1 + number.len] = '\0';
    ret->form = take_operator(in);
    if (ret->form == AT_SET && peek(in) == '?') {
        in->at++;
        ret->form = AT_TEST;
    } else if (ret->form == AT_SET) {
        ret->body = take_digits(in);
    }
    return AT_LEXED;
}

static enum at_lexed lex_basic(struct reader *in, struct at_lexeme *ret)
{
    size_t len = 0;

    ret->basic = true;
    if (in->line.data[in->at] == '&' || in->line.data[in->at] == '\\') {
        ret->name[len++] = (char)in->line.data[in->at++];
        if (!is_letter(peek(in)))
            return AT_MALFORMED;
    }
    ret->name[len++] = (char)upper(in->line.data[in->at++]);
    ret->name[len] = '\0';
    if (len == 1 && ret->name[0] == 'S')
        return lex_register(in, ret);
    if (len == 1 && ret->name[0] == 'D') {
        ret->form = AT_SET;
        ret->body = span_skip(in->line, in->at);
        in->at = in->line.len;
        return AT_LEXED;
    }
    if (peek(in) == '=')
        in->at++;
    ret->body = take_digits(in);
    ret->form = ret->body.len > 0 ? AT_SET : AT_RUN;
    if (peek(in) == '?' && ret->form == AT_RUN) {
        in->at++;
        ret->form = AT_READ;
    }
    return AT_LEXED;
}

enum at_lexed at_lex(struct span line, const char *prefixes, bool escapes, size_t *cursor,
                     struct at_lexeme *ret_lexeme)
{
    struct reader in = { line, *cursor, escapes };
    enum at_lexed result;
    int c = peek(&in);

    assert(*cursor <= line.len);
    while (c == ';') {
        in.at++;
        c = peek(&in);
    }
    *ret_lexeme = (struct at_lexeme){ .form = AT_RUN };
    if (c < 0)
        result = AT_LINE_DONE;
    else if (strchr(prefixes, c) != NULL)
        result = lex_extended(&in, ret_lexeme);
    else if (is_letter(c) || c == '&' || c == '\\')
        result = lex_basic(&in, ret_lexeme);
    else
        result = AT_MALFORMED;
    *cursor = in.at;
    return result;
}
