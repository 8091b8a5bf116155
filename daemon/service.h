/* service.h: modems with their ports, from start to end. */
#ifndef DAEMON_SERVICE_H
#define DAEMON_SERVICE_H

#include "options.h"
#include "plan/modem_plan.h"
#include "scenario_run.h"

/* Opens everything that the plans (at least one; taken over) name, says "ready", works until a
 * signal or the end of --stdio, and gives everything back.  Of the options it reads what is the
 * whole run's: keylog, name servers, log, strict.  Each modem plays `scenario`, borrowed.  Returns
 * the exit status of the program: 0, or 1 after one line on standard error. */
int service_run(const struct options *options, struct modem_plans *plans,
                const struct scenario_run *scenario, const struct log *log);

#endif
