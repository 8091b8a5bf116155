/* judge.c: see judge.h. */
#include "verdict/judge.h"

enum { SAID_CAP = 200 };

/* A kind that is misspelt would never fail anybody. */
static void tell_unknown_kind(const struct summary *summary, const struct expression *expression,
                              FILE *out)
{
    if (expression->kind[0] == '\0' || summary_errors_of(summary, expression->kind) > 0)
        return;
    fprintf(out, "note: %s: there was no error of this kind; there were:", expression->source);
    for (size_t i = 0; i < summary->kind_count; i++)
        fprintf(out, "%s %s", i == 0 ? "" : ",", summary->kinds[i].name);
    fprintf(out, "%s\n", summary->kind_count == 0 ? " none" : "");
}

bool judge(const struct summary *summary, const struct expression *list, size_t count, FILE *out)
{
    bool good = true;

    for (size_t i = 0; i < count; i++) {
        char memory[SAID_CAP];
        struct text said;

        text_init(&said, memory, sizeof(memory));
        tell_unknown_kind(summary, &list[i], out);
        if (expression_holds(&list[i], summary, &said) == EXPRESSION_FALSE)
            continue;
        fprintf(out, "failed: %s: %s\n", list[i].source, memory);
        good = false;
    }
    return good;
}
