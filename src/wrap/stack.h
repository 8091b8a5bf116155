/* stack.h: the wrappers there are, and those that a modem's network stands behind. */
#ifndef WRAP_STACK_H
#define WRAP_STACK_H

#include "wrap/wrapper.h"

#include <stddef.h>

/* Every wrapper, from the network outwards; NULL behind the last. */
const struct wrapper *stack_wrapper_at(size_t index);

enum { STACK_MAX = 3 };

/* The words of each wrapper, by its index; NULL: it is not there.  Zeroed: none is. */
struct stack_plan {
    const char *words[STACK_MAX];
};

/* Puts a wrapper into the plan, by its name, such as "link"; its words are borrowed as long as the
 * plan is used.  False: `error` says what is wrong, also with a name that comes twice. */
bool stack_plan_add(struct stack_plan *plan, const char *name, const char *words,
                    struct text *error);

/* The words of a wrapper of the plan, by its name; NULL: it is not there. */
const char *stack_plan_words(const struct stack_plan *plan, const char *name);

/* Zeroed: nothing. */
struct stack {
    struct net *layers[STACK_MAX];
};

/* Puts what is planned in front of `inner`; `ret_net` is the outermost, or `inner`.  `inner`,
 * `clock` and `log` (may be NULL) are borrowed until stack_close().  ERR_NO_MEMORY: nothing is left
 * behind. */
enum err stack_open(struct stack *stack, const struct stack_plan *plan, struct net *inner,
                    struct clock *clock, const struct log *log, struct net **ret_net);

/* Frees what stack_open() made, as the `close` of a wrapper; once more is nothing. */
void stack_close(struct stack *stack);

#endif
