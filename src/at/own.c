/* own.c: commands that are answered as the operator says. */
#include "at/internal.h"
#include "base/letters.h"

#include <string.h>

/* The command at the cursor with all that belongs to it, up to a semicolon outside quotes. */
static struct span command_at(struct span line, size_t cursor, size_t *ret_end)
{
    bool quoted = false;
    size_t end = cursor;

    while (end < line.len && (quoted || line.data[end] != ';')) {
        quoted ^= line.data[end] == '"';
        end++;
    }
    *ret_end = end;
    return letters_trim(span_at(line.data + cursor, end - cursor));
}

/* The semicolons and blanks before a command. */
static size_t begin_of(struct span line, size_t cursor)
{
    while (cursor < line.len && (line.data[cursor] == ' ' || line.data[cursor] == ';'))
        cursor++;
    return cursor;
}

bool at_own_find(const struct at_session *at, struct span line, size_t cursor, size_t *ret_end,
                 struct at_own_answer *ret_answer)
{
    struct span command = command_at(line, begin_of(line, cursor), ret_end);

    return at->config.owner_ops->own_answer != NULL && command.len > 0 &&
           at->config.owner_ops->own_answer(at->config.owner, command, ret_answer);
}

enum at_status at_own_say(struct at_session *at, const struct at_own_answer *answer)
{
    for (size_t i = 0; i < answer->line_count; i++)
        at_info(at, "%s", answer->lines[i]);
    if (strcmp(answer->result, "OK") == 0)
        return AT_OK;
    if (strcmp(answer->result, "ERROR") == 0)
        return at_refuse_plain(at, "an answer of the operator's own says so");
    at_result_text(at, answer->result);
    return AT_SILENT;
}
