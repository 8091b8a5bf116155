/* data_program.c: see data_program.h. */
#include "posix/data_program.h"

#include "posix/environment.h"
#include "posix/errno_err.h"
#include "posix/fd_watch.h"
#include "posix/pty_pair.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* From the hang-up to SIGTERM, from that to SIGKILL; and the same where the modem is closed, whose
 * loop goes on for a second at most. */
enum { HANG_UP_MS = 2000, TERM_MS = 3000, LAST_TERM_MS = 700 };

enum { VARIABLES = 5, VARIABLE_CAP = 400, HANDLES = 2 };

struct data_programs {
    struct data_calls base; /* first */
    struct posix_loop *loop;
    const char *command, *name;
    const struct log *log;
    struct program *first; /* owned; those that have not ended */
};

struct program {
    struct net_stream base;      /* first */
    struct data_programs *owner; /* NULL: its modem is closed */
    struct program *next;
    uv_process_t process;
    uv_timer_t patience;
    struct pty_pair pty; /* of which the program has the slave's end */
    struct fd_watch *watch;
    net_event_fn *on_event;
    void *ctx;
    unsigned wanted;
    unsigned handles; /* that libuv has still */
    int next_signal;  /* when patience is over */
    bool told;        /* NET_CONNECTED */
    bool exited;
    bool closed; /* by the engine */
    bool in_callback;
};

/* ---- memory ---- */

static void release(struct program *program)
{
    if (program->closed && program->handles == 0 && !program->in_callback)
        free(program);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct program *program = handle->data;

    assert(program->handles > 0);
    program->handles--;
    release(program);
}

static void close_handles(struct program *program)
{
    uv_close((uv_handle_t *)&program->patience, on_handle_closed);
    uv_close((uv_handle_t *)&program->process, on_handle_closed);
}

static void forget(struct program *program)
{
    struct program **link;

    if (program->owner == NULL)
        return;
    link = &program->owner->first;
    while (*link != program)
        link = &(*link)->next;
    *link = program->next;
    program->owner = NULL;
}

/* ---- its process ---- */

static void signal_group(const struct program *program, int number)
{
    kill(-uv_process_get_pid(&program->process), number); /* it may have ended by itself */
}

static void on_impatience(uv_timer_t *timer)
{
    struct program *program = timer->data;

    signal_group(program, program->next_signal);
    if (program->next_signal == SIGKILL)
        return;
    program->next_signal = SIGKILL;
    uv_timer_start(timer, on_impatience, TERM_MS, 0);
}

/* The terminal hangs up, too, when it is closed; a program that was stopped is to see that. */
static void end_process(struct program *program)
{
    if (program->exited)
        return;
    signal_group(program, SIGHUP);
    signal_group(program, SIGCONT);
    program->next_signal = SIGTERM;
    uv_timer_start(&program->patience, on_impatience, HANG_UP_MS, 0);
}

/* The engine may close it inside. */
static void tell(struct program *program, enum net_event event)
{
    program->in_callback = true;
    program->on_event(program->ctx, event, ERR_OK);
    program->in_callback = false;
}

static void say_end(const struct program *program, int64_t status, int number)
{
    const struct log *log = program->owner != NULL ? program->owner->log : NULL;
    bool is_odd = !program->closed && (status != 0 || number != 0);

    log_say(log, is_odd ? LOG_WARNING : LOG_INFO,
            "the program of a data call has ended: status %d, signal %d", (int)status, number);
}

/* What it has started and left behind goes, too; what it has said is still to be read. */
static void on_process_exit(uv_process_t *process, int64_t status, int number)
{
    struct program *program = process->data;

    program->exited = true;
    signal_group(program, SIGKILL);
    say_end(program, status, number);
    forget(program);
    uv_timer_stop(&program->patience);
    close_handles(program);
    if (!program->closed && program->told && (program->wanted & NET_WANT_READ) != 0)
        tell(program, NET_READABLE);
    release(program);
}

/* ---- its stream ---- */

static void apply_wanted(struct program *program)
{
    fd_watch_want(program->watch, ((program->wanted & NET_WANT_READ) != 0 ? FD_READABLE : 0) |
                                      ((program->wanted & NET_WANT_WRITE) != 0 ? FD_WRITABLE : 0));
}

static void on_ready(void *ctx, int events)
{
    struct program *program = ctx;

    if (!program->told) {
        program->told = true;
        apply_wanted(program);
        tell(program, NET_CONNECTED);
        release(program);
        return;
    }
    if ((events & FD_READABLE) != 0)
        tell(program, NET_READABLE);
    if ((events & FD_WRITABLE) != 0 && !program->closed && (program->wanted & NET_WANT_WRITE) != 0)
        tell(program, NET_WRITABLE);
    release(program);
}

/* A terminal whose other end is closed says EIO. */
static ptrdiff_t receive(struct net_stream *base, void *buf, size_t cap)
{
    const struct program *program = (struct program *)base;
    ssize_t count = read(program->pty.master_fd, buf, cap);

    if (count > 0)
        return count;
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return program->exited ? 0 : -(ptrdiff_t)ERR_AGAIN;
    return count < 0 && errno != EIO ? -(ptrdiff_t)err_of_errno(errno) : 0;
}

static ptrdiff_t transmit(struct net_stream *base, const void *data, size_t len)
{
    const struct program *program = (struct program *)base;
    ssize_t count;

    if (program->exited)
        return -(ptrdiff_t)ERR_RESET;
    count = write(program->pty.master_fd, data, len);
    if (count > 0)
        return count;
    return count < 0 && errno != EAGAIN && errno != EINTR ? -(ptrdiff_t)ERR_RESET
                                                          : -(ptrdiff_t)ERR_AGAIN;
}

static void want(struct net_stream *base, unsigned events)
{
    struct program *program = (struct program *)base;

    program->wanted = events;
    if (program->told)
        apply_wanted(program);
}

static void close_stream(struct net_stream *base)
{
    struct program *program = (struct program *)base;

    program->closed = true;
    fd_watch_free(program->watch);
    end_process(program);
    pty_pair_close(&program->pty);
    release(program);
}

static enum err local(struct net_stream *base, struct net_address *ret_address, uint16_t *ret_port)
{
    (void)base;
    (void)ret_address;
    (void)ret_port;
    return ERR_UNSUPPORTED;
}

static void bind_to(struct net_stream *base, net_event_fn *on_event, void *ctx)
{
    struct program *program = (struct program *)base;

    program->on_event = on_event;
    program->ctx = ctx;
}

static const struct net_stream_ops stream_ops = {
    .recv = receive,
    .send = transmit,
    .want = want,
    .close = close_stream,
    .local = local,
    .bind = bind_to,
};

/* ---- starting ---- */

struct variables {
    char texts[VARIABLES][VARIABLE_CAP];
    char *list[VARIABLES];
};

static void describe(const struct data_programs *programs, const struct data_call *call,
                     struct variables *ret_variables)
{
    char(*texts)[VARIABLE_CAP] = ret_variables->texts;

    snprintf(texts[0], VARIABLE_CAP, "TLSMODEM_NAME=%s", programs->name);
    snprintf(texts[1], VARIABLE_CAP, "TLSMODEM_NUMBER=%s", call->number);
    snprintf(texts[2], VARIABLE_CAP, "TLSMODEM_CID=%zu", call->cid);
    snprintf(texts[3], VARIABLE_CAP, "TLSMODEM_APN=%s", call->apn);
    snprintf(texts[4], VARIABLE_CAP, "TLSMODEM_ADDRESS=%s", call->address);
    for (size_t i = 0; i < VARIABLES; i++)
        ret_variables->list[i] = texts[i];
}

/* The process' handle is open from here on, whatever comes of it. */
static int spawn(struct data_programs *programs, const struct data_call *call,
                 struct program *program)
{
    enum { ERROR_OUTPUT = 2, STREAMS = 3 };
    char shell[] = "/bin/sh", option[] = "-c", *copy = strdup(programs->command);
    char *arguments[] = { shell, option, copy, NULL };
    uv_stdio_container_t streams[STREAMS] = {
        { .flags = UV_INHERIT_FD, .data.fd = program->pty.slave_fd },
        { .flags = UV_INHERIT_FD, .data.fd = program->pty.slave_fd },
        { .flags = UV_INHERIT_FD, .data.fd = ERROR_OUTPUT },
    };
    struct variables variables;
    uv_process_options_t options = { .exit_cb = on_process_exit,
                                     .file = shell,
                                     .args = arguments,
                                     .flags = UV_PROCESS_DETACHED,
                                     .stdio = streams,
                                     .stdio_count = STREAMS };
    int result;

    describe(programs, call, &variables);
    options.env = posix_environment(variables.list, VARIABLES);
    if (copy == NULL || options.env == NULL)
        options.file = ""; /* the handle is made all the same, so that it can be closed */
    result = uv_spawn(&programs->loop->uv, &program->process, &options);
    free(options.env);
    free(copy);
    return result;
}

/* A terminal, and somebody who looks at our end of it. */
static enum err prepare(struct data_programs *programs, struct program *program)
{
    struct port_failure failure;
    enum err err = pty_pair_open(&program->pty, "", &failure);

    if (err != ERR_OK)
        return err;
    err = fd_watch_new(programs->loop, program->pty.master_fd, on_ready, program, &program->watch);
    if (err != ERR_OK)
        pty_pair_close(&program->pty);
    return err;
}

/* Nobody hears of it. */
static enum err give_up(const struct data_programs *programs, struct program *program, int result)
{
    log_say(programs->log, LOG_WARNING, "the program for data calls cannot be run: %s",
            uv_strerror(result));
    program->closed = true;
    fd_watch_free(program->watch);
    pty_pair_close(&program->pty);
    close_handles(program);
    return err_of_errno(-result);
}

static enum err open_call(struct data_calls *base, const struct data_call *call,
                          net_event_fn *on_event, void *ctx, struct net_stream **ret_stream)
{
    struct data_programs *programs = (struct data_programs *)base;
    struct program *program = calloc(1, sizeof(*program));
    enum err err = program != NULL ? prepare(programs, program) : ERR_NO_MEMORY;
    int result;

    if (err != ERR_OK) {
        log_say(programs->log, LOG_WARNING, "no terminal for the program for data calls: %s",
                err_text(err));
        free(program);
        return err;
    }
    program->base.ops = &stream_ops;
    program->on_event = on_event;
    program->ctx = ctx;
    program->process.data = program->patience.data = program;
    program->handles = HANDLES;
    uv_timer_init(&programs->loop->uv, &program->patience);
    result = spawn(programs, call, program);
    if (result != 0)
        return give_up(programs, program, result);
    close(program->pty.slave_fd);
    program->pty.slave_fd = -1;
    program->owner = programs;
    program->next = programs->first;
    programs->first = program;
    fd_watch_want(program->watch, FD_WRITABLE);
    *ret_stream = &program->base;
    return ERR_OK;
}

struct data_programs *data_programs_open(struct posix_loop *loop, const char *command,
                                         const char *name, const struct log *log)
{
    static const struct data_calls_ops ops = { .open = open_call };
    struct data_programs *programs = calloc(1, sizeof(*programs));

    assert(command != NULL && name != NULL);
    if (programs != NULL)
        *programs = (struct data_programs){
            .base.ops = &ops, .loop = loop, .command = command, .name = name, .log = log
        };
    return programs;
}

struct data_calls *data_programs_iface(struct data_programs *programs)
{
    return &programs->base;
}

void data_programs_close(struct data_programs *programs)
{
    if (programs == NULL)
        return;
    while (programs->first != NULL) {
        struct program *program = programs->first;

        assert(program->closed);
        forget(program);
        signal_group(program, SIGTERM);
        program->next_signal = SIGKILL;
        uv_timer_start(&program->patience, on_impatience, LAST_TERM_MS, 0);
    }
    free(programs);
}
