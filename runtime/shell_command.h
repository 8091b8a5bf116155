/* shell_command.h: a command of the operator's, run by the shell beside a modem. */
#ifndef RUNTIME_SHELL_COMMAND_H
#define RUNTIME_SHELL_COMMAND_H

#include "posix/loop.h"

#include <stddef.h>

/* What to run; all of it is borrowed for the call. */
struct shell_command {
    const char *command;
    char *const *variables; /* NAME=VALUE, added to the environment */
    size_t variable_count;
    uv_pipe_t *input;  /* open on the loop: what it reads; NULL: nothing */
    uv_pipe_t *output; /* the same: what it says; NULL: that goes to standard error */
    bool is_group;     /* it leads a process group of its own, to be killed with all it starts */
    uv_exit_cb on_exit;
};

/* Starts it.  0, or an error of libuv; `process` is to be closed whatever comes of it. */
int shell_command_start(struct posix_loop *loop, uv_process_t *process,
                        const struct shell_command *command);

#endif
