/* option_plan.h: the one modem that a command line describes, as a plan. */
#ifndef DAEMON_OPTION_PLAN_H
#define DAEMON_OPTION_PLAN_H

#include "options.h"
#include "plan/modem_plan.h"

/* Makes the plans of a run whose options name a module and its ports, with copies of all they say.
 * False: there is no memory, and nothing to free. */
bool option_plan(const struct options *options, struct modem_plans *ret_plans);

#endif
