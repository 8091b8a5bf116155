/* run_plans.h: the modems that a run opens, from its options or the file that they name. */
#ifndef DAEMON_RUN_PLANS_H
#define DAEMON_RUN_PLANS_H

#include "options.h"
#include "plan/modem_plan.h"

/* Who hears of the plans, a line at a time, without an end. */
struct plans_voice {
    void (*say)(void *ctx, const char *line);  /* of each mistake */
    void (*warn)(void *ctx, const char *line); /* of what may be one; NULL: nobody */
    void *ctx;
};

/* Makes the plans of this process's shard, at least one.  False: there was a mistake, and there is
 * nothing to free.  May be called again to read the file as it is then. */
bool run_plans(const struct options *options, const struct plans_voice *voice,
               struct modem_plans *ret_plans);

/* Makes the plans of an entry in a list of modems, which is YAML, beside those: what the command
 * line, or the defaults and the policy of the file as it is now, say of each modem of the run holds
 * for it, too.  False: as above, also where it would lift a guard or a policy of that kind, or
 * names a program to be run (modem_plan_commands). */
bool run_plans_of_entry(const struct options *options, struct span entry,
                        const struct plans_voice *voice, struct modem_plans *ret_plans);

#endif
