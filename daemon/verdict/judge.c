/* judge.c: see judge.h. */
#include "verdict/judge.h"

enum { SAID_CAP = 200 };

/* A kind that is misspelt would never fail anybody. */
static void tell_unknown_kind(const struct summary *summary, const struct expression *expression,
                              FILE *out, const char *end)
{
    if (expression->kind[0] == '\0' || summary_errors_of(summary, expression->kind) > 0)
        return;
    fprintf(out, "note: %s: there was no error of this kind; there were:", expression->source);
    for (size_t i = 0; i < summary->kind_count; i++)
        fprintf(out, "%s %s", i == 0 ? "" : ",", summary->kinds[i].name);
    fprintf(out, "%s%s", summary->kind_count == 0 ? " none" : "", end);
}

bool judge(const struct summary *summary, const struct expression *list, size_t count, FILE *out,
           const char *end)
{
    bool good = true;

    for (size_t i = 0; i < count; i++) {
        char memory[SAID_CAP];
        struct text said;

        text_init(&said, memory, sizeof(memory));
        tell_unknown_kind(summary, &list[i], out, end);
        if (expression_holds(&list[i], summary, &said) == EXPRESSION_FALSE)
            continue;
        fprintf(out, "failed: %s: %s%s", list[i].source, memory, end);
        good = false;
    }
    return good;
}
