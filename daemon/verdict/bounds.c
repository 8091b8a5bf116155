/* bounds.c: see bounds.h. */
#include "verdict/bounds.h"

#include "verdict/expression.h"

enum { WHY_CAP = 500 };

bool bounds_check(const char *name, const char *value, struct text *error)
{
    struct expression expression;
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (expression_read(value, &expression, &why) && expression.measure == EXPRESSION_MISSING)
        text_add(&why,
                 "\"%s\", column 1: a run knows nothing of other shards; allowed: missing for "
                 "tlsmodem report",
                 value);
    if (why.len > 0)
        text_add(error, "%s: %s", name, memory);
    return why.len == 0;
}
