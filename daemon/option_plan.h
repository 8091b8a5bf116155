/* option_plan.h: the one modem that a command line describes, as a plan. */
#ifndef DAEMON_OPTION_PLAN_H
#define DAEMON_OPTION_PLAN_H

#include "file/policy_read.h"
#include "options.h"
#include "plan/modem_plan.h"

/* Makes the plans of a run whose options name a module and its ports, with copies of all they say.
 * `trial` (may be NULL) tries a policy of TLS.  False: `error` says in one line what is wrong, and
 * there is nothing to free. */
bool option_plan(const struct options *options, policy_trial_fn *trial,
                 struct modem_plans *ret_plans, struct text *error);

/* Gives a plan what the options say of each modem of their run, where it has none of its own:
 * source, clock, who takes its data calls, what stands in front of its network, and the policy of
 * TLS, which `trial` (may be
 * NULL) tries.  False: `error` says in one line what is wrong; the plan is still the caller's. */
bool option_plan_of_run(const struct options *options, policy_trial_fn *trial,
                        struct modem_plan *plan, struct text *error);

#endif
