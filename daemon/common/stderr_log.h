/* stderr_log.h: messages of the program on standard error, each with its time. */
#ifndef DAEMON_COMMON_STDERR_LOG_H
#define DAEMON_COMMON_STDERR_LOG_H

#include "base/log.h"

#include <stdbool.h>

/* Fills in a log; `name` and `line_end` (stderr_line_end()) are borrowed, `traced` is as of struct
 * log. */
void stderr_log_init(struct log *log, const char *name, enum log_level level, uint32_t traced,
                     const char *line_end);

/* One line about what ends the program, printf style, without a time of its own. */
void stderr_say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What a line on standard error ends with: a terminal that a port on standard input and output has
 * made raw needs its own carriage return.  Static. */
const char *stderr_line_end(bool has_stdio);

/* Shows a text of up to 500 bytes, without a line end, on a terminal's last line until anything
 * else is written by these functions.  Any thread. */
void stderr_show_passing(const char *text);

/* That text goes, before others write to the terminal.  Any thread. */
void stderr_hide_passing(void);

#endif
