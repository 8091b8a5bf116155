/* command_pattern.h: a command for the shell with variables of a modem in it.
 *
 * No value becomes text of the shell.  Numbers are digits and stand in the command; ${name}, which
 * others may choose, stands as ${TLSMODEM_NAME}: the shell looks that up in the environment, where
 * every command has it, and reads no commands in what it finds.
 */
#ifndef DAEMON_COMMAND_PATTERN_H
#define DAEMON_COMMAND_PATTERN_H

#include "base/pattern.h"

/* As pattern_expand(), whose `find` and `ctx` these are, for a command of a modem
 * (modem_plan_commands).  A value other than ${name}'s that is not all digits is a mistake. */
bool command_pattern_expand(struct span pattern, pattern_find_fn *find, void *ctx,
                            struct text *ret_command, struct text *error);

#endif
