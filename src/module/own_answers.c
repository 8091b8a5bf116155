/* own_answers.c: the rows of the operator's own that a modem's config has. */
#include "module/own_answers.h"

#include "base/letters.h"
#include "base/text.h"
#include "base/wildcard.h"

#include <string.h>

enum { COMMAND_MAX = 200, LINE_MAX = 500, RESULT_MAX = 60, ALL_MAX = 600, DELAY_MAX_MS = 600000 };

bool own_answer_find(const struct tlsmodem_answer *list, size_t count, struct span command,
                     struct at_own_answer *ret_answer)
{
    for (size_t i = 0; i < count; i++) {
        const struct tlsmodem_answer *answer = &list[i];

        if (!wildcard_fits(span_skip(span_of(answer->command), strlen("AT")), command))
            continue;
        *ret_answer = (struct at_own_answer){ answer->lines, answer->line_count,
                                              answer->result != NULL ? answer->result : "OK",
                                              answer->delay_ms };
        return true;
    }
    return false;
}

static bool is_printable(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
            return false;
    }
    return true;
}

static bool check_command(const char *command, struct text *why)
{
    if (letters_start(span_of(command), "AT") && strlen(command) > strlen("AT") &&
        strlen(command) <= COMMAND_MAX && strchr(command, ';') == NULL && is_printable(command))
        return true;
    text_add(why,
             "the command is none; allowed: AT and 1 to %d printable characters without a "
             "semicolon, where each * stands for anything",
             COMMAND_MAX - 2);
    return false;
}

static bool check_lines(const struct tlsmodem_answer *answer, struct text *why)
{
    size_t all = 0;

    for (size_t i = 0; i < answer->line_count; i++) {
        size_t len = strlen(answer->lines[i]);

        all += len + 4;
        if (len > LINE_MAX || !is_printable(answer->lines[i]) || all > ALL_MAX) {
            text_add(why,
                     "line %zu is too long or not printable; allowed: printable lines of at most "
                     "%d characters, %d with the ends of all",
                     i + 1, LINE_MAX, ALL_MAX);
            return false;
        }
    }
    return true;
}

enum err tlsmodem_answer_check(const struct tlsmodem_answer *answer, char *why, size_t cap)
{
    struct text text;

    text_init(&text, why, cap);
    if (!check_command(answer->command, &text) || !check_lines(answer, &text))
        return ERR_INVALID;
    if (answer->result != NULL && (answer->result[0] == '\0' || !is_printable(answer->result) ||
                                   strlen(answer->result) > RESULT_MAX)) {
        text_add(&text, "the result is none; allowed: 1 to %d printable characters", RESULT_MAX);
        return ERR_INVALID;
    }
    if (answer->delay_ms > DELAY_MAX_MS) {
        text_add(&text, "the delay is too long; allowed: 0 to %d ms", DELAY_MAX_MS);
        return ERR_INVALID;
    }
    return ERR_OK;
}
