/* reason.c: the one line in the log of a command that ends in an error: which it is, and why. */
#include "at/internal.h"

#include "at/lexer.h"
#include "base/letters.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 80, COMMAND_SHOWN_MAX = 200, CLAUSE_MAX = 300 };

/* The log with the port's number behind the modem's name. */
static struct log log_of_port(const struct at_session *at, char name[NAME_MAX_BYTES])
{
    struct log log = *at->config.log;

    if (at->config.owner_ops->port == NULL)
        return log;
    snprintf(name, NAME_MAX_BYTES, "%s%sport %zu", log.name != NULL ? log.name : "",
             log.name != NULL ? " " : "", at->config.owner_ops->port(at->config.owner));
    log.name = name;
    return log;
}

void at_say(const struct at_session *at, enum log_level level, const char *format, ...)
{
    char name[NAME_MAX_BYTES], line[COMMAND_SHOWN_MAX + CLAUSE_MAX + 8];
    struct log log;
    va_list args;

    if (!log_says(at->config.log, level))
        return;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    log = log_of_port(at, name);
    log_say(&log, level, "%s", line);
}

void at_trace(const struct at_session *at, const char *format, ...)
{
    char name[NAME_MAX_BYTES], line[AT_TEXT_MAX];
    struct log log;
    va_list args;

    if (!log_traces(at->config.log, TRACE_AT))
        return;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    log = log_of_port(at, name);
    log_trace(&log, TRACE_AT, "%s", line);
}

/* What belongs to connections, files and TLS is for every operator. */
static enum log_level level_of(const struct at_session *at)
{
    const struct at_command *row = at->row;

    if (row == NULL || row->coverage == AT_REFUSED)
        return LOG_INFO;
    for (const struct at_commands *const *list = at->config.commands; *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            if (&(*list)->rows[i] == row)
                return (*list)->general ? LOG_INFO : LOG_WARNING;
        }
    }
    return LOG_INFO;
}

/* Of a shorter one nobody could tell, nor make use. */
enum { BASE64_MIN = 12 };

/* No command has small and capital letters and nothing else but what base64 has. */
bool at_is_base64(const struct at_session *at)
{
    struct span line = at_editor_line(&at->editor);
    bool has_small = false, has_capital = false;

    for (size_t i = 0; i < line.len; i++) {
        uint8_t c = line.data[i];

        if (c == '=' ? i + 1 < line.len && line.data[i + 1] != '='
                     : !is_letter_or_digit(c) && c != '+' && c != '/')
            return false;
        has_small = has_small || (c >= 'a' && c <= 'z');
        has_capital = has_capital || (c >= 'A' && c <= 'Z');
    }
    return line.len >= BASE64_MIN && has_small && has_capital;
}

/* The running command as it was typed, but for its secrets. */
static void show_command(const struct at_session *at, struct text *out)
{
    struct span line = at_editor_line(&at->editor);
    size_t cursor = at->command_from;
    struct at_lexeme lexeme;

    text_add(out, "AT");
    if (cursor > line.len ||
        at_lex(line, at->config.dialect->prefixes, at->config.dialect->quotes_escaped, &cursor,
               &lexeme) != AT_LEXED) {
        text_add(out, "…");
        return;
    }
    if ((at->row == NULL && at->editor.behind) || at_is_base64(at)) {
        text_add(out, "…"); /* data may be read as a command, where a prompt has not come */
        return;
    }
    text_add(out, "%s", lexeme.name);
    if (lexeme.form == AT_READ || lexeme.form == AT_TEST)
        text_add(out, lexeme.form == AT_READ ? "?" : "=?");
    if (lexeme.form != AT_SET)
        return;
    if (!lexeme.basic || lexeme.name[0] == 'S')
        text_add(out, "=");
    if (at->row == NULL || at->row->free_form)
        text_add(out, "…"); /* nobody knows what may be a secret */
    else
        at_args_show(at->row, &at->config.model, lexeme.body, out);
}

/* A text of so many bytes that was cut, perhaps inside a character of several: room for one more is
 * behind it. */
static void end_cut(char *text, size_t len)
{
    while (len > 0 && ((unsigned char)text[len - 1] & 0x80) != 0)
        len--;
    memcpy(text + len, "…", sizeof("…"));
}

/* The line of the running command, unless nobody would read it. */
static void say_reason(const struct at_session *at, enum log_level level, const char *format,
                       va_list args)
{
    char command[COMMAND_SHOWN_MAX], clause[CLAUSE_MAX];
    struct text text;

    if (at->abandoned || !log_says(at->config.log, level))
        return;
    text_init(&text, command, sizeof(command) - sizeof("…"));
    show_command(at, &text);
    if (text.cut)
        end_cut(command, text.len);
    vsnprintf(clause, sizeof(clause), format, args);
    at_say(at, level, "%s: %s", command, clause);
}

void at_remark(const struct at_session *at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_reason(at, level_of(at), format, args);
    va_end(args);
}

enum at_status at_refuse(struct at_session *at, int32_t code, const char *format, ...)
{
    va_list args;

    at->fail_code = code;
    va_start(args, format);
    say_reason(at, level_of(at), format, args);
    va_end(args);
    return AT_FAIL;
}

enum at_status at_refuse_plain(struct at_session *at, const char *format, ...)
{
    va_list args;

    at->fail_code = FACT_PLAIN_ERROR;
    va_start(args, format);
    say_reason(at, level_of(at), format, args);
    va_end(args);
    return AT_FAIL;
}

__attribute__((format(printf, 2, 3))) static void inform(const struct at_session *at,
                                                         const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_reason(at, LOG_INFO, format, args);
    va_end(args);
}

enum at_status at_refuse_storage(struct at_session *at, int32_t code, enum err err)
{
    if (err == ERR_FULL || err == ERR_NOT_FOUND || err == ERR_NO_MEMORY)
        return at_refuse(at, code, "%s", err_text(err));
    at->fail_code = code;
    inform(at, "%s", err_text(err));
    return AT_FAIL;
}

enum at_status at_refuse_said(struct at_session *at, int32_t code)
{
    at->fail_code = code;
    return AT_FAIL;
}

enum at_status at_refuse_memory(struct at_session *at, int32_t code)
{
    return at_refuse(at, code, "out of memory");
}

enum at_status at_refuse_values(struct at_session *at, const struct at_command *row,
                                struct span body, enum at_args_result result)
{
    const struct at_dialect *dialect = at->config.dialect;
    int32_t code = result == AT_ARGS_RANGE ? dialect->error_range : dialect->error_syntax;
    char clause[CLAUSE_MAX];
    struct text text;

    text_init(&text, clause, sizeof(clause));
    at_args_explain(row, &at->config.model, body, &text);
    if (row->message_error != 0)
        code = row->message_error;
    return at_refuse(at, code, "%s", clause);
}

void at_reason_used(struct at_session *at)
{
    if (at->fail_code == AT_NO_REASON && !at->abandoned)
        at_say(at, LOG_ERROR, "%s: refused without a reason: a fault of this program",
               at->row != NULL ? at->row->name : "AT");
    at->fail_code = AT_NO_REASON;
}
