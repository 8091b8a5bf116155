/* plan_variables.h: ${name}, ${n}, ${shard} and ${imei} of a modem that is planned. */
#ifndef DAEMON_PLAN_VARIABLES_H
#define DAEMON_PLAN_VARIABLES_H

#include "base/span.h"
#include "base/text.h"
#include "plan/modem_plan.h"

enum { PLAN_VARIABLES_NUMBER_CAP = 11 };

/* Whose they are. */
struct plan_variables {
    const struct modem_plan *plan;
    uint32_t shard;
    char number[PLAN_VARIABLES_NUMBER_CAP]; /* the last one that was asked for */
};

/* Their names, ended by NULL. */
extern const char *const plan_variables_names[];

/* The value of one, good until the next call; false: there is none, as of ${imei} where the plan
 * says none.  `ctx` is a struct plan_variables, for who is given a function. */
bool plan_variables_find(void *ctx, struct span name, struct span *ret_value);

/* Adds a value that is for a whole run, which has ${shard} alone, to `filled`, which is cut where
 * it has no room.  False: `why` says what is wrong with it. */
bool plan_variables_fill_shard(const char *value, uint32_t shard, struct text *filled,
                               struct text *why);

#endif
