/* host_plan.c: hosts inside, as a file's `hosts:` has them. */
#include "plan/host_plan.h"

#include "base/pattern.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 60000 /* longer than most dials of modules take to fail */, SIZE_CAP = 16 };

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

static bool add_constant(struct host_plan *plan, const char *name, const char *form,
                         struct span value)
{
    size_t cap = strlen(name) + strlen(form) + 1;
    struct host_constant *list =
        realloc(plan->constants, (plan->constant_count + 1) * sizeof(list[0]));
    struct host_constant *constant;

    if (list == NULL)
        return false;
    plan->constants = list;
    constant = &list[plan->constant_count++];
    *constant = (struct host_constant){ .name = malloc(cap) };
    if (constant->name == NULL)
        return false;
    snprintf(constant->name, cap, "%s%s", name, form);
    return bytes_copy(&constant->value, value) == ERR_OK;
}

bool host_plan_add_certificate(struct host_plan *plan, const char *name,
                               const struct host_certificate *certificate)
{
    char pem_size[SIZE_CAP], der_size[SIZE_CAP];

    snprintf(pem_size, sizeof(pem_size), "%" PRIu32, certificate->pem.len);
    snprintf(der_size, sizeof(der_size), "%" PRIu32, certificate->der.len);
    return add_constant(plan, name, "_pem", bytes_span(&certificate->pem)) &&
           add_constant(plan, name, "_pem_size", span_of(pem_size)) &&
           add_constant(plan, name, "_der", bytes_span(&certificate->der)) &&
           add_constant(plan, name, "_der_size", span_of(der_size));
}

bool host_plan_constant(const struct host_plan *plan, struct span name, struct span *ret_value)
{
    for (size_t i = 0; i < plan->constant_count; i++) {
        if (span_equal(name, span_of(plan->constants[i].name))) {
            *ret_value = bytes_span(&plan->constants[i].value);
            return true;
        }
    }
    return false;
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
    for (size_t i = 0; i < plan->constant_count; i++) {
        free(plan->constants[i].name);
        bytes_free(&plan->constants[i].value);
    }
    free(plan->constants);
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

static bool same_constants(const struct host_plan *a, const struct host_plan *b)
{
    for (size_t i = 0; i < a->constant_count && i < b->constant_count; i++) {
        const struct host_constant *one = &a->constants[i], *other = &b->constants[i];

        if (strcmp(one->name, other->name) != 0 ||
            !span_equal(bytes_span(&one->value), bytes_span(&other->value)))
            return false;
    }
    return a->constant_count == b->constant_count;
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
           same_values(a, b) && same_constants(a, b);
}
