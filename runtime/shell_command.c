/* shell_command.c: a command of the operator's, run by the shell beside a modem. */
#include "runtime/shell_command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Ours, and the command's; NULL: no memory. */
static char **make_environment(const struct shell_command *command)
{
    size_t count = 0;
    char **list;

    while (environ[count] != NULL)
        count++;
    list = calloc(count + command->variable_count + 1, sizeof(*list));
    if (list == NULL)
        return NULL;
    memcpy(list, environ, count * sizeof(*list));
    for (size_t i = 0; i < command->variable_count; i++)
        list[count + i] = command->variables[i];
    return list;
}

static uv_stdio_container_t stream_of(uv_pipe_t *pipe, unsigned direction)
{
    uv_stdio_container_t stream = { .flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO };

    if (pipe == NULL)
        return stream;
    stream.flags = (uv_stdio_flags)(UV_CREATE_PIPE | direction);
    stream.data.stream = (uv_stream_t *)pipe;
    return stream;
}

int shell_command_start(struct posix_loop *loop, uv_process_t *process,
                        const struct shell_command *command)
{
    enum { STREAMS = 3 };
    char shell[] = "/bin/sh", option[] = "-c", *copy = strdup(command->command);
    char *arguments[] = { shell, option, copy, NULL };
    uv_stdio_container_t streams[STREAMS] = {
        command->input != NULL ? stream_of(command->input, UV_READABLE_PIPE)
                               : (uv_stdio_container_t){ .flags = UV_IGNORE },
        stream_of(command->output, UV_WRITABLE_PIPE),
        stream_of(NULL, 0),
    };
    uv_process_options_t options = { .exit_cb = command->on_exit,
                                     .file = shell,
                                     .args = arguments,
                                     .env = make_environment(command),
                                     .flags = command->is_group ? UV_PROCESS_DETACHED : 0,
                                     .stdio = streams,
                                     .stdio_count = STREAMS };
    int result;

    if (copy == NULL || options.env == NULL) /* it is made all the same, so that it can be closed */
        options.file = "";
    result = uv_spawn(&loop->uv, process, &options);
    free(options.env);
    free(copy);
    return result;
}
