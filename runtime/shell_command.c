/* shell_command.c: a command of the operator's, run by the shell beside a modem. */
#include "runtime/shell_command.h"

#include "posix/environment.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void on_closed(uv_handle_t *handle)
{
    struct shell_run *run = handle->data;

    assert(run->open > 0);
    if (--run->open == 0)
        free(run);
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, on_closed);
}

static int spawn(struct posix_loop *loop, struct shell_run *run,
                 const struct shell_command *command)
{
    enum { STREAMS = 3 };
    bool says = command->pipe == SHELL_SAYS;
    char shell[] = "/bin/sh", option[] = "-c", *copy = strdup(command->command);
    char *arguments[] = { shell, option, copy, NULL };
    const uv_stdio_container_t none = { .flags = UV_IGNORE };
    const uv_stdio_container_t error = { .flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO };
    const uv_stdio_container_t pipe = {
        .flags = (uv_stdio_flags)(UV_CREATE_PIPE | (says ? UV_WRITABLE_PIPE : UV_READABLE_PIPE)),
        .data.stream = (uv_stream_t *)&run->pipe
    };
    uv_stdio_container_t streams[STREAMS] = { says ? none : pipe, says ? pipe : error, error };
    uv_process_options_t options = { .exit_cb = command->on_exit,
                                     .file = shell,
                                     .args = arguments,
                                     .env = posix_environment(command->variables,
                                                              command->variable_count),
                                     .flags = command->is_group ? UV_PROCESS_DETACHED : 0,
                                     .stdio = streams,
                                     .stdio_count = STREAMS };
    bool has_memory = copy != NULL && options.env != NULL;
    int result;

    if (!has_memory) /* the handle is made all the same, so that it can be closed */
        options.file = "";
    result = uv_spawn(&loop->uv, &run->process, &options);
    free(options.env);
    free(copy);
    return has_memory ? result : UV_ENOMEM;
}

int shell_command_start(struct posix_loop *loop, struct shell_run *run,
                        const struct shell_command *command)
{
    int result = uv_pipe_init(&loop->uv, &run->pipe, 0);

    if (result != 0) {
        free(run);
        return result;
    }
    run->process.data = run->pipe.data = run;
    run->open = 2; /* the process is to be closed whatever comes of it */
    result = spawn(loop, run, command);
    if (result != 0) {
        shell_run_close_pipe(run);
        shell_run_close_process(run);
    }
    return result;
}

void shell_run_close_pipe(struct shell_run *run)
{
    close_handle((uv_handle_t *)&run->pipe);
}

void shell_run_close_process(struct shell_run *run)
{
    close_handle((uv_handle_t *)&run->process);
}
