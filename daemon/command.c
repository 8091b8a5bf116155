/* command.c: see command.h. */
#include "command.h"

#include "plan/modem_plan.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SIGNALLED = 128, /* and the signal's number */
    END_MS = 5000,   /* that it has after SIGTERM */
    LOOK_MS = 20,
    STREAMS = 3,
    NAME_CAP = 48, /* of a variable */
    PATH_CAP = 4096
};

/* ---- what it is told ---- */

static const char prefix[] = "TLSMODEM_";

struct variables {
    char **list; /* owned, with its texts; the last is NULL */
    size_t count;
};

static bool is_ours(const char *variable)
{
    return strncmp(variable, "TLSMODEM_PORT", strlen(prefix) + 4) == 0 ||
           strncmp(variable, "TLSMODEM_CONTROL", strlen(prefix) + 7) == 0;
}

static bool add(struct variables *variables, const char *text)
{
    char *copy = strdup(text);
    char **list = realloc(variables->list, (variables->count + 2) * sizeof(*list));

    if (list != NULL)
        variables->list = list;
    if (copy == NULL || list == NULL) {
        free(copy);
        return false;
    }
    list[variables->count++] = copy;
    list[variables->count] = NULL;
    return true;
}

/* `start` and `path`, which holds wherever the command goes. */
static bool add_path(struct variables *variables, const char *start, const char *path)
{
    char folder[PATH_CAP] = "", text[2 * PATH_CAP];

    if (path[0] != '/' && getcwd(folder, sizeof(folder)) == NULL)
        folder[0] = '\0';
    while (folder[0] != '\0' && strncmp(path, "./", 2) == 0)
        path += 2;
    snprintf(text, sizeof(text), "%s%s%s%s", start, folder, folder[0] != '\0' ? "/" : "", path);
    return add(variables, text);
}

/* "pty /tmp/modem", "tcp 127.0.0.1:7": the place alone. */
static bool add_port(struct variables *variables, const char *label, size_t number)
{
    const char *place = strchr(label, ' ');
    bool is_path = place != NULL && strncmp(label, "tcp ", 4) != 0;
    char start[NAME_CAP], text[PATH_CAP];

    if (number == 1)
        snprintf(start, sizeof(start), "TLSMODEM_PORT=");
    else
        snprintf(start, sizeof(start), "TLSMODEM_PORT_%zu=", number);
    if (is_path)
        return add_path(variables, start, place + 1);
    snprintf(text, sizeof(text), "%s%s", start, place != NULL ? place + 1 : label);
    return add(variables, text);
}

static bool add_ports(struct variables *variables, const struct roster *roster)
{
    size_t number = 0;

    for (size_t i = 0; i < roster->count; i++) {
        const struct roster_modem *modem = roster->list[i];
        size_t ports = modem->pool != NULL ? 1 : modem->plan.port_count;

        for (size_t port = 0; port < ports; port++) {
            if (!add_port(variables, fleet_port_label(roster->fleet, modem->index, port), ++number))
                return false;
        }
    }
    return true;
}

static bool add_control(struct variables *variables, const struct controlling *controlling)
{
    const struct port_spec *at = &controlling->at;
    bool is_v6 = strchr(at->where, ':') != NULL;
    char text[PATH_CAP];

    if (controlling->control == NULL)
        return true;
    if (at->kind == PORT_UNIX)
        return add_path(variables, "TLSMODEM_CONTROL=unix:", at->where);
    snprintf(text, sizeof(text), "TLSMODEM_CONTROL=%s%s%s:%u", is_v6 ? "[" : "", at->where,
             is_v6 ? "]" : "", (unsigned)at->tcp_port);
    return add(variables, text) &&
           (controlling->token_file == NULL ||
            add_path(variables, "TLSMODEM_CONTROL_TOKEN_FILE=", controlling->token_file));
}

/* The environment's own, but for those that are said anew. */
static bool add_rest(struct variables *variables)
{
    for (size_t i = 0; environ[i] != NULL; i++) {
        if (!is_ours(environ[i]) && !add(variables, environ[i]))
            return false;
    }
    return true;
}

static void free_variables(struct variables *variables)
{
    for (size_t i = 0; i < variables->count; i++)
        free(variables->list[i]);
    free(variables->list);
}

/* ---- its life ---- */

static int status_of(int64_t status, int signal_number)
{
    return signal_number != 0 ? SIGNALLED + signal_number : (int)status;
}

static void on_exit_of(uv_process_t *process, int64_t status, int signal_number)
{
    struct command *command = process->data;

    command->runs = false;
    command->status = status_of(status, signal_number);
    command->on_end(command->ctx);
}

bool command_start(struct command *command, char *const *words, struct posix_loop *loop,
                   const struct roster *roster, const struct controlling *controlling,
                   void (*on_end)(void *ctx), void *ctx, struct port_failure *ret_failure)
{
    uv_stdio_container_t streams[STREAMS];
    struct variables variables = { .list = NULL };
    uv_process_options_t options = { .exit_cb = on_exit_of,
                                     .file = words[0],
                                     .args = (char **)words,
                                     .stdio = streams,
                                     .stdio_count = STREAMS };
    int result = UV_ENOMEM;

    for (int i = 0; i < STREAMS; i++)
        streams[i] = (uv_stdio_container_t){ .flags = UV_INHERIT_FD, .data.fd = i };
    *command = (struct command){ .on_end = on_end, .ctx = ctx };
    command->process.data = command;
    if (add_ports(&variables, roster) && add_control(&variables, controlling) &&
        add_rest(&variables)) {
        options.env = variables.list;
        result = uv_spawn(&loop->uv, &command->process, &options);
        command->is_open = true;
    }
    free_variables(&variables);
    command->runs = result == 0;
    return result == 0 || port_fail(ret_failure, ERR_IO, "cannot run %s: %s", words[0],
                                    uv_strerror(result)) == ERR_OK;
}

/* The loop does not turn any more: whoever has ended is asked for here. */
static bool has_ended(struct command *command)
{
    int status;
    pid_t pid = waitpid(command->process.pid, &status, WNOHANG);

    if (pid == 0)
        return false;
    command->runs = false;
    if (pid > 0)
        command->status = WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
    return true;
}

static void wait_for_end(struct command *command, int limit_ms)
{
    for (int ms = 0; !has_ended(command) && ms < limit_ms; ms += LOOK_MS)
        poll(NULL, 0, LOOK_MS);
}

void command_stop(struct command *command)
{
    if (command->runs) {
        uv_process_kill(&command->process, SIGTERM);
        wait_for_end(command, END_MS);
    }
    if (command->runs) {
        uv_process_kill(&command->process, SIGKILL);
        wait_for_end(command, END_MS);
    }
    if (command->is_open)
        uv_close((uv_handle_t *)&command->process, NULL);
    command->is_open = false;
}
