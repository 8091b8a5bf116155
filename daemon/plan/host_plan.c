/* host_plan.c: hosts inside, as a file's `hosts:` has them. */
#include "plan/host_plan.h"

#include "base/pattern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 60000 /* longer than most dials of modules take to fail */ };

struct host_plan *host_plan_new(void)
{
    struct host_plan *plan = calloc(1, sizeof(*plan));

    if (plan != NULL) {
        plan->users = 1;
        plan->crowd.patience_ms = PATIENCE_MS;
    }
    return plan;
}

bool host_plan_add_value(struct host_plan *plan, const char *name, const char *pattern)
{
    struct host_value *values =
        realloc(plan->values, (plan->value_count + 1) * sizeof(plan->values[0]));
    struct host_value *value;

    if (values == NULL)
        return false;
    plan->values = values;
    value = &values[plan->value_count];
    *value = (struct host_value){ strdup(name), strdup(pattern) };
    plan->value_count++;
    return value->name != NULL && value->pattern != NULL;
}

const char *host_plan_value(const struct host_plan *plan, struct span name)
{
    for (size_t i = 0; i < plan->value_count; i++) {
        if (span_equal(name, span_of(plan->values[i].name)))
            return plan->values[i].pattern;
    }
    return NULL;
}

bool host_plan_uses(const struct host_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->value_count; i++) {
        if (pattern_names(span_of(plan->values[i].pattern), name))
            return true;
    }
    return host_plan_value(plan, span_of(name)) == NULL && plan->script != NULL &&
           programme_uses(plan->script->programme, name) != NULL;
}

struct host_plan *host_plan_use(struct host_plan *plan)
{
    if (plan != NULL)
        plan->users++;
    return plan;
}

void host_plan_release(struct host_plan *plan)
{
    if (plan == NULL)
        return;
    assert(plan->users > 0);
    if (--plan->users > 0)
        return;
    for (size_t i = 0; i < plan->value_count; i++) {
        free(plan->values[i].name);
        free(plan->values[i].pattern);
    }
    if (plan->script != NULL)
        plan->script->free(plan->script);
    free(plan->values);
    free(plan->name);
    free(plan->path);
    free(plan);
}

static bool same_values(const struct host_plan *a, const struct host_plan *b)
{
    for (size_t i = 0; i < a->value_count && i < b->value_count; i++) {
        if (strcmp(a->values[i].name, b->values[i].name) != 0 ||
            strcmp(a->values[i].pattern, b->values[i].pattern) != 0)
            return false;
    }
    return a->value_count == b->value_count;
}

static bool same_rule(const struct on_error *a, const struct on_error *b)
{
    return a->kind == b->kind && a->first_ms == b->first_ms && a->most_ms == b->most_ms &&
           a->factor == b->factor && a->spread == b->spread && a->times_max == b->times_max;
}

static bool same_script(const struct host_script *a, const struct host_script *b)
{
    return a == b || (a != NULL && b != NULL && a->digest == b->digest);
}

bool host_plan_equal(const struct host_plan *a, const struct host_plan *b)
{
    if (a == b || a == NULL || b == NULL)
        return a == b;
    return strcmp(a->name, b->name) == 0 && strcmp(a->path, b->path) == 0 &&
           same_script(a->script, b->script) && a->seed == b->seed &&
           a->crowd.patience_ms == b->crowd.patience_ms && a->ramp.count == b->ramp.count &&
           a->ramp.per_ms == b->ramp.per_ms && same_rule(&a->crowd.on_error, &b->crowd.on_error) &&
           same_values(a, b);
}
