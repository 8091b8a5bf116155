/* shell_command.h: a command of the operator's, run by the shell beside a modem. */
#ifndef RUNTIME_SHELL_COMMAND_H
#define RUNTIME_SHELL_COMMAND_H

#include "posix/loop.h"

#include <stdbool.h>
#include <stddef.h>

/* One time that a command runs; first member of a struct from calloc() or malloc(), which is freed
 * once both handles are closed. */
struct shell_run {
    uv_process_t process; /* `data` of both handles is the run */
    uv_pipe_t pipe;
    unsigned open; /* handles */
};

/* Which of its streams is `pipe`. */
enum shell_pipe {
    SHELL_READS, /* its input; what it says goes to standard error */
    SHELL_SAYS   /* its output; it reads nothing */
};

/* What to run; all of it is borrowed for the call. */
struct shell_command {
    const char *command;
    char *const *variables; /* NAME=VALUE; it stands for one of that name in our environment */
    size_t variable_count;
    enum shell_pipe pipe;
    bool is_group; /* it leads a process group of its own, to be killed with all it starts */
    uv_exit_cb on_exit;
};

/* Starts it.  0, or an error of libuv, and on_exit does not come: then nothing runs, the run is
 * closed, and is gone when the loop turns next. */
int shell_command_start(struct posix_loop *loop, struct shell_run *run,
                        const struct shell_command *command);

/* Nothing passes its pipe any more.  Again is nothing, as long as the run is not gone. */
void shell_run_close_pipe(struct shell_run *run);

/* Nobody waits for its process any more.  Again is nothing, as above. */
void shell_run_close_process(struct shell_run *run);

#endif
