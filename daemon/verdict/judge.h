/* judge.h: whether what runs came to is good enough. */
#ifndef DAEMON_VERDICT_JUDGE_H
#define DAEMON_VERDICT_JUDGE_H

#include "verdict/expression.h"

#include <stdio.h>

/* Writes a line, with `end` behind it, for each of the expressions that holds, or that cannot be
 * told, and one where it asks for a kind of error that there was none of.  True: none holds. */
bool judge(const struct summary *summary, const struct expression *list, size_t count, FILE *out,
           const char *end);

#endif
