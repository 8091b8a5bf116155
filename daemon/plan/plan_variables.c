/* plan_variables.c: variables of a modem that is planned. */
#include "plan/plan_variables.h"

#include "base/pattern.h"

#include <inttypes.h>
#include <stdio.h>

const char *const plan_variables_names[] = { "name", "n", "shard", "imei", NULL };

bool plan_variables_find(void *ctx, struct span name, struct span *ret_value)
{
    struct plan_variables *variables = ctx;
    const struct modem_plan *plan = variables->plan;
    const char *value = variables->number;

    if (span_equal(name, span_of("n")))
        snprintf(variables->number, sizeof(variables->number), "%" PRIu32, plan->number);
    else if (span_equal(name, span_of("shard")))
        snprintf(variables->number, sizeof(variables->number), "%" PRIu32, variables->shard);
    else if (span_equal(name, span_of("imei")))
        value = plan->identity.imei;
    else
        value = span_equal(name, span_of("name")) ? modem_plan_name(plan) : NULL;
    if (value != NULL)
        *ret_value = span_of(value);
    return value != NULL;
}

struct of_run {
    uint32_t shard;
    char number[PLAN_VARIABLES_NUMBER_CAP];
};

static bool find_of_run(void *ctx, struct span name, struct span *ret_value)
{
    struct of_run *run = ctx;

    if (!span_equal(name, span_of("shard")))
        return false;
    snprintf(run->number, sizeof(run->number), "%" PRIu32, run->shard);
    *ret_value = span_of(run->number);
    return true;
}

bool plan_variables_fill_shard(const char *value, uint32_t shard, struct text *filled,
                               struct text *why)
{
    struct of_run run = { .shard = shard };

    return pattern_expand(span_of(value), find_of_run, &run, filled, why);
}
