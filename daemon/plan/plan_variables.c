/* plan_variables.c: variables of a modem that is planned. */
#include "plan/plan_variables.h"

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
