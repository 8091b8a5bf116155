/* message_command.c: runs a command for each message that a host sends. */
#include "runtime/message_command.h"

#include "runtime/shell_command.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VARIABLES = 3, VARIABLE_CAP = 512 };

struct message_run {
    struct shell_run shell;
    uv_write_t write;
    struct message_command *owner; /* NULL: nobody waits */
    struct message_run *next;
    uint32_t ticket;
    char variables[VARIABLES][VARIABLE_CAP];
    char text[]; /* what it reads */
};

static void forget(struct message_run *run)
{
    struct message_run **link = &run->owner->first;

    while (*link != run)
        link = &(*link)->next;
    *link = run->next;
    run->owner = NULL;
}

static void on_process_exit(uv_process_t *process, int64_t status, int signal)
{
    struct message_run *run = process->data;
    struct message_command *owner = run->owner;
    bool accepted = status == 0 && signal == 0;

    shell_run_close_pipe(&run->shell);
    shell_run_close_process(&run->shell);
    if (owner == NULL)
        return;
    if (!accepted)
        log_say(owner->log, LOG_INFO, "the command for messages refuses one: status %d, signal %d",
                (int)status, signal);
    forget(run);
    owner->on_decided(owner->ctx, run->ticket, accepted);
}

/* It need not read what it does not want. */
static void on_written(uv_write_t *write, int status)
{
    struct message_run *run = write->data;

    (void)status;
    shell_run_close_pipe(&run->shell);
}

static void set_variable(struct message_run *run, size_t index, const char *name, const char *value)
{
    int len = snprintf(run->variables[index], VARIABLE_CAP, "%s=%s", name, value);

    assert(len > 0 && len < VARIABLE_CAP);
    (void)len;
}

static int spawn(struct message_command *command, struct message_run *run)
{
    char *variables[VARIABLES];
    const struct shell_command shell = { .command = command->command,
                                         .variables = variables,
                                         .variable_count = VARIABLES,
                                         .pipe = SHELL_READS,
                                         .on_exit = on_process_exit };

    for (size_t i = 0; i < VARIABLES; i++)
        variables[i] = run->variables[i];
    return shell_command_start(command->loop, &run->shell, &shell);
}

static struct message_run *make(struct message_command *command,
                                const struct tlsmodem_sending *message)
{
    const char *text = message->text != NULL ? message->text : "";
    struct message_run *run = calloc(1, sizeof(*run) + strlen(text) + 1);

    if (run == NULL)
        return NULL;
    run->ticket = message->ticket;
    run->write.data = run;
    memcpy(run->text, text, strlen(text) + 1);
    set_variable(run, 0, "TLSMODEM_NUMBER", message->to);
    set_variable(run, 1, "TLSMODEM_PDU", message->pdu);
    set_variable(run, 2, "TLSMODEM_NAME", command->name);
    return run;
}

enum tlsmodem_sent message_command_send(void *ctx, const struct tlsmodem_sending *message)
{
    struct message_command *command = ctx;
    struct message_run *run = make(command, message);
    uv_buf_t text;
    int result;

    if (run == NULL) {
        log_say(command->log, LOG_WARNING, "out of memory: a message is refused");
        return TLSMODEM_REFUSED;
    }
    result = spawn(command, run);
    if (result != 0) {
        log_say(command->log, LOG_WARNING, "the command for messages cannot be run: %s",
                uv_strerror(result));
        return TLSMODEM_REFUSED;
    }
    run->owner = command;
    run->next = command->first;
    command->first = run;
    text = uv_buf_init(run->text, (unsigned)strlen(run->text));
    if (uv_write(&run->write, (uv_stream_t *)&run->shell.pipe, &text, 1, on_written) != 0)
        shell_run_close_pipe(&run->shell);
    return TLSMODEM_UNDECIDED;
}

void message_command_close(struct message_command *command)
{
    while (command->first != NULL) {
        struct message_run *run = command->first;

        forget(run);
        shell_run_close_pipe(&run->shell);
        shell_run_close_process(&run->shell);
    }
}
