/* stderr_log.h: messages of the program on standard error, each with its time. */
#ifndef DAEMON_STDERR_LOG_H
#define DAEMON_STDERR_LOG_H

#include "options.h"

/* Fills in a log as the options say; they are borrowed, like the name of the module in them. */
void stderr_log_init(struct log *log, const struct options *options);

/* What a line on standard error ends with: a terminal that --stdio made raw needs its own carriage
 * return.  Static. */
const char *stderr_line_end(const struct options *options);

#endif
