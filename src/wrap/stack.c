/* stack.c: the wrappers there are, and those that a modem's network stands behind. */
#include "wrap/stack.h"

#include "wrap/guard.h"
#include "wrap/link.h"
#include "wrap/map.h"

#include <assert.h>
#include <string.h>

/* From the network outwards. */
static const struct wrapper *const wrappers[] = { &guard_wrapper, &map_wrapper, &link_wrapper };

enum { WRAPPER_COUNT = sizeof(wrappers) / sizeof(wrappers[0]) };

_Static_assert((int)WRAPPER_COUNT <= (int)STACK_MAX, "a plan has a place for each");

static const char *name_of(size_t index)
{
    return wrappers[index]->option + strlen("--");
}

const struct wrapper *stack_wrapper_at(size_t index)
{
    return index < WRAPPER_COUNT ? wrappers[index] : NULL;
}

bool stack_plan_add(struct stack_plan *plan, const char *name, const char *words,
                    struct text *error)
{
    size_t index = 0;

    assert(name != NULL && words != NULL);
    while (index < WRAPPER_COUNT && strcmp(name_of(index), name) != 0)
        index++;
    if (index == WRAPPER_COUNT) {
        text_add(error, "\"%s\" is no wrapper; allowed:", name);
        for (size_t i = 0; i < WRAPPER_COUNT; i++)
            text_add(error, "%s %s", i == 0 ? "" : ",", name_of(i));
        return false;
    }
    if (plan->words[index] != NULL) {
        text_add(error, "\"%s\" may be given once", name);
        return false;
    }
    if (!wrappers[index]->check(span_of(words), error))
        return false;
    plan->words[index] = words;
    return true;
}

const char *stack_plan_words(const struct stack_plan *plan, const char *name)
{
    for (size_t i = 0; i < WRAPPER_COUNT; i++) {
        if (strcmp(name_of(i), name) == 0)
            return plan->words[i];
    }
    return NULL;
}

enum err stack_open(struct stack *stack, const struct stack_plan *plan, struct net *inner,
                    struct clock *clock, const struct log *log, struct net **ret_net)
{
    struct net *net = inner;

    assert(inner != NULL && clock != NULL);
    *stack = (struct stack){ { NULL } };
    for (size_t i = 0; i < WRAPPER_COUNT; i++) {
        enum err err;

        if (plan->words[i] == NULL)
            continue;
        err = wrappers[i]->open(net, clock, log, span_of(plan->words[i]), &stack->layers[i]);
        if (err != ERR_OK) {
            stack_close(stack);
            return err;
        }
        net = stack->layers[i];
    }
    *ret_net = net;
    return ERR_OK;
}

void stack_close(struct stack *stack)
{
    for (size_t i = WRAPPER_COUNT; i-- > 0;) {
        if (stack->layers[i] != NULL)
            wrappers[i]->close(stack->layers[i]);
        stack->layers[i] = NULL;
    }
}
