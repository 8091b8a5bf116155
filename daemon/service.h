/* service.h: one modem with its ports, from start to end. */
#ifndef DAEMON_SERVICE_H
#define DAEMON_SERVICE_H

#include "options.h"

/* Opens everything that the options name, says "ready", works until a signal or the end of --stdio,
 * and gives everything back.  Returns the exit status of the program: 0, or 1 after one line on
 * standard error. */
int service_run(const struct options *options, const struct log *log);

#endif
