/* stderr_log.h: messages of the program on standard error, each with its time. */
#ifndef DAEMON_STDERR_LOG_H
#define DAEMON_STDERR_LOG_H

#include "options.h"

/* Fills in a log as the options say; they are borrowed, like the name of the module in them. */
void stderr_log_init(struct log *log, const struct options *options);

/* One line about what ends the program, printf style, without a time of its own. */
void stderr_say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What a line on standard error ends with: a terminal that --stdio made raw needs its own carriage
 * return.  Static. */
const char *stderr_line_end(const struct options *options);

/* Shows a text of up to 500 bytes, without a line end, on a terminal's last line until anything
 * else is written by these functions.  Any thread. */
void stderr_show_passing(const char *text);

/* That text goes, before others write to the terminal.  Any thread. */
void stderr_hide_passing(void);

#endif
