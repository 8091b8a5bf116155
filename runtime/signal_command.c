/* signal_command.c: see signal_command.h. */
#include "runtime/signal_command.h"

#include "base/number.h"
#include "posix/timer.h"
#include "runtime/shell_command.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INTERVAL_MS = 30000,
    MS_IN_S = 1000,
    WRONG_CAP = 100,
    SAID_CAP = 64, /* more of it is not looked at */
    VARIABLES = 2,
    VARIABLE_CAP = 512
};

/* One time that the command runs; lives until its handles are closed. */
struct signal_run {
    struct shell_run shell;
    struct signal_command *owner; /* NULL: nobody waits */
    bool has_exited, is_silent;   /* the process has ended; what it said is complete */
    bool is_good;                 /* with status 0 */
    size_t len;
    char said[SAID_CAP], rest[SAID_CAP];
    char variables[VARIABLES][VARIABLE_CAP];
};

struct signal_command {
    struct posix_loop *loop;
    struct signal_command_config config;
    struct clock_timer *again, *limit;
    struct signal_run *run; /* NULL: none runs */
    bool is_told;           /* what is wrong with it */
};

/* ---- the number ---- */

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Behind the number may stand a fraction, and anything after a blank. */
static struct span digits_of(struct span said, struct span *ret_rest)
{
    size_t len = 0;

    while (len < said.len && said.data[len] >= '0' && said.data[len] <= '9')
        len++;
    *ret_rest = span_skip(said, len);
    return span_at(said.data, len);
}

static bool ends_well(struct span rest)
{
    struct span fraction;

    if (rest.len > 0 && rest.data[0] == '.' && digits_of(span_skip(rest, 1), &fraction).len > 0)
        rest = fraction;
    return rest.len == 0 || is_blank(rest.data[0]) || rest.data[0] == 'd';
}

static int of_dbm(int32_t below_zero)
{
    enum { WEAKEST = 113, STRONGEST = 51 };

    if (below_zero >= WEAKEST)
        return 0;
    return below_zero <= STRONGEST ? 31 : (WEAKEST - below_zero) / 2;
}

bool signal_command_read(struct span said, int *ret_signal)
{
    struct span rest, digits;
    bool is_dbm;
    int32_t number;

    while (said.len > 0 && is_blank(said.data[0]))
        said = span_skip(said, 1);
    is_dbm = said.len > 0 && said.data[0] == '-';
    digits = digits_of(is_dbm ? span_skip(said, 1) : said, &rest);
    if (!number_parse(digits, &number) || !ends_well(rest))
        return false;
    if (is_dbm && number > 0) {
        *ret_signal = of_dbm(number);
        return true;
    }
    *ret_signal = number;
    return number <= 31 || number == SIGNAL_UNKNOWN;
}

/* ---- one run ---- */

/* What is wrong is said once, until it was right again. */
static void report(struct signal_command *command, const char *wrong, int signal)
{
    if (wrong != NULL && !command->is_told)
        log_say(command->config.log, LOG_WARNING, "the command for the signal %s; it is not known",
                wrong);
    command->is_told = wrong != NULL;
    clock_timer_start(command->again, INTERVAL_MS);
    command->config.on_signal(command->config.ctx, wrong != NULL ? SIGNAL_UNKNOWN : signal);
}

static void finish(struct signal_run *run)
{
    struct signal_command *command = run->owner;
    const char *wrong = NULL;
    int signal = SIGNAL_UNKNOWN;

    if (command == NULL)
        return;
    run->owner = NULL;
    command->run = NULL;
    clock_timer_cancel(command->limit);
    if (!run->is_good)
        wrong = "has failed";
    else if (!signal_command_read(span_at(run->said, run->len), &signal))
        wrong = "says no number of 0 to 31, 99, or below 0 in dBm";
    report(command, wrong, signal);
}

/* What it has started and left behind goes, too, as the header says. */
static void on_process_exit(uv_process_t *process, int64_t status, int signal)
{
    struct signal_run *run = process->data;

    run->has_exited = true;
    run->is_good = status == 0 && signal == 0;
    kill(-process->pid, SIGKILL);
    shell_run_close_process(&run->shell);
    if (run->is_silent)
        finish(run);
}

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *ret_buf)
{
    struct signal_run *run = handle->data;
    bool is_full = run->len == SAID_CAP;

    (void)wanted;
    *ret_buf = is_full ? uv_buf_init(run->rest, SAID_CAP)
                       : uv_buf_init(run->said + run->len, (unsigned)(SAID_CAP - run->len));
}

static void on_said(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
    struct signal_run *run = stream->data;

    if (got > 0 && buf->base != run->rest)
        run->len += (size_t)got;
    if (got >= 0)
        return;
    run->is_silent = true;
    shell_run_close_pipe(&run->shell);
    if (run->has_exited)
        finish(run);
}

/* The process is waited for, so that it does not stay as a zombie. */
static void abandon(struct signal_run *run)
{
    run->owner->run = NULL;
    run->owner = NULL;
    if (!run->has_exited)
        kill(-run->shell.process.pid, SIGKILL);
    shell_run_close_pipe(&run->shell);
}

static void on_limit(void *ctx)
{
    struct signal_command *command = ctx;
    char wrong[WRONG_CAP];
    bool has_exited;

    if (command->run == NULL)
        return;
    has_exited = command->run->has_exited;
    abandon(command->run);
    snprintf(wrong, sizeof(wrong),
             has_exited ? "has ended, but something that it started still had its output after %g s"
                        : "was not over after %g s, and was killed",
             (double)command->config.limit_ms / MS_IN_S);
    report(command, wrong, SIGNAL_UNKNOWN);
}

static void set_variable(struct signal_run *run, size_t index, const char *name, const char *value)
{
    snprintf(run->variables[index], VARIABLE_CAP, "%s=%s", name, value);
}

static int start(struct signal_command *command, struct signal_run *run)
{
    const struct signal_command_config *config = &command->config;
    char *variables[VARIABLES] = { run->variables[0], run->variables[1] };
    const struct shell_command shell = { .command = config->command,
                                         .variables = variables,
                                         .variable_count = config->interface != NULL ? 2 : 1,
                                         .pipe = SHELL_SAYS,
                                         .is_group = true,
                                         .on_exit = on_process_exit };

    set_variable(run, 0, "TLSMODEM_NAME", config->name);
    if (config->interface != NULL)
        set_variable(run, 1, "TLSMODEM_INTERFACE", config->interface);
    return shell_command_start(command->loop, &run->shell, &shell);
}

static void on_again(void *ctx)
{
    struct signal_command *command = ctx;
    struct signal_run *run = calloc(1, sizeof(*run));

    assert(command->run == NULL);
    if (run == NULL) {
        report(command, "cannot be run: out of memory", SIGNAL_UNKNOWN);
        return;
    }
    if (start(command, run) != 0) {
        report(command, "cannot be run", SIGNAL_UNKNOWN);
        return;
    }
    run->owner = command;
    command->run = run;
    clock_timer_start(command->limit, command->config.limit_ms);
    if (uv_read_start((uv_stream_t *)&run->shell.pipe, give_room, on_said) != 0) {
        abandon(run);
        report(command, "cannot be heard", SIGNAL_UNKNOWN);
    }
}

/* ---- all of them ---- */

enum err signal_command_open(struct posix_loop *loop, const struct signal_command_config *config,
                             struct signal_command **ret_command)
{
    struct signal_command *command = calloc(1, sizeof(*command));

    assert(config->limit_ms > 0);
    if (command == NULL)
        return ERR_NO_MEMORY;
    command->loop = loop;
    command->config = *config;
    if (posix_timer_new(loop, on_again, command, &command->again) != ERR_OK ||
        posix_timer_new(loop, on_limit, command, &command->limit) != ERR_OK) {
        signal_command_close(command);
        return ERR_NO_MEMORY;
    }
    clock_timer_start(command->again, 0);
    *ret_command = command;
    return ERR_OK;
}

void signal_command_close(struct signal_command *command)
{
    if (command == NULL)
        return;
    if (command->run != NULL)
        abandon(command->run);
    clock_timer_free(command->again);
    clock_timer_free(command->limit);
    free(command);
}
