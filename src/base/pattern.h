/* pattern.h: texts with variables in them: "meter-${n:04}", the same in files and in transcripts.
 *
 * ${NAME} stands for a value, ${NAME:0W} for a number of at least W digits (1 to 20), with zeros
 * before it.  A NAME begins with a small or capital letter and goes on with letters, digits and _.
 * A $ without { behind it is itself.
 */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include "base/span.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* Gives the value of a variable, which stays until the next is asked for; false: there is none of
 * this name. */
typedef bool pattern_find_fn(void *ctx, struct span name, struct span *ret_value);

/* One piece of a pattern: text as it is, or a variable. */
struct pattern_piece {
    bool is_variable;
    struct span text; /* as it is; or the variable's name */
    size_t digits;    /* 0: the value as it is */
};

/* Takes the first piece off `rest`, which is not empty.  False: `error` says what is wrong with it
 * and what is allowed. */
bool pattern_next(struct span *rest, struct pattern_piece *ret_piece, struct text *error);

/* Puts the pattern's text with all its values behind `ret_text`, which may be cut at its end.
 * False: `error` says what is wrong and, for a variable that is not there, no more than its name:
 * who calls knows which there are. */
bool pattern_expand(struct span pattern, pattern_find_fn *find, void *ctx, struct text *ret_text,
                    struct text *error);

/* True when the pattern has this variable in it, in either form; false for a wrong one, too. */
bool pattern_names(struct span pattern, const char *variable);

#endif
