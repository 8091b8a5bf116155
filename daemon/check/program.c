/* program.c: this program once more, as a module. */
#include "check/program.h"

#include "check/program_words.h"
#include "check/wire.h"
#include "file/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    START_MS = 60000,
    END_MS = 45000,
    POLL_MS = 10, /* between two looks at what cannot be waited for */
    CHUNK = 1024,
    LOG_MAX = 100000000,
    LOG_LINES = 40,
    BAUD = 115200,
    LIFE_FD = 3 /* of the program: closed when it has ended */
};

struct program {
    struct program_config config;
    char folder[PROGRAM_PATH_CAP / 2], path[PROGRAM_PATH_CAP];
    pid_t pid;   /* 0: none runs */
    int life;    /* ends with it */
    int in, out; /* its standard input, and what it says */
    unsigned runs;
    struct report said;   /* on standard output */
    struct program *next; /* of all that are open */
};

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct program *all;

/* ---- its files ---- */

static const char *path_of(const struct program *program, char *memory, const char *name)
{
    snprintf(memory, PROGRAM_PATH_CAP, "%s/%s", program->folder, name);
    return memory;
}

static const char *port_path(const struct program *program, char *memory, unsigned port)
{
    return program_port_path(program->folder, port, memory);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)status;
    (void)kind;
    (void)at;
    return remove(path);
}

static uint8_t *read_log(const struct program *program, size_t *ret_len, const char **ret_why)
{
    char path[PROGRAM_PATH_CAP];

    return file_bytes_read(path_of(program, path, "log"), LOG_MAX, ret_len, ret_why);
}

static bool records(const struct program *program)
{
    return program_records(&program->config);
}

/* ---- starting ---- */

struct pipes {
    int in[2], out[2], life[2], log;
};

static bool open_pipes(const struct program *program, struct pipes *pipes)
{
    char path[PROGRAM_PATH_CAP];

    *pipes = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 }, -1 };
    pipes->log = open(path_of(program, path, "log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                      S_IRUSR | S_IWUSR);
    return pipes->log >= 0 && pipe2(pipes->in, O_CLOEXEC) == 0 &&
           pipe2(pipes->out, O_CLOEXEC) == 0 && pipe2(pipes->life, O_CLOEXEC) == 0;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_pipes(struct pipes *pipes)
{
    close_fd(&pipes->in[0]);
    close_fd(&pipes->in[1]);
    close_fd(&pipes->out[0]);
    close_fd(&pipes->out[1]);
    close_fd(&pipes->life[0]);
    close_fd(&pipes->life[1]);
    close_fd(&pipes->log);
}

/* In the new process, where nothing but system calls is allowed. */
static void become(const struct pipes *pipes, char *const *words)
{
    const int from[] = { pipes->in[0], pipes->out[1], pipes->log, pipes->life[1] };
    sigset_t none;

    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGPIPE, SIG_DFL);
    for (int to = 0; to <= LIFE_FD; to++) {
        if (dup2(from[to], to) < 0 || fcntl(to, F_SETFD, 0) < 0) /* which dup2() may leave */
            _exit(127);
    }
    execv("/proc/self/exe", words);
    _exit(127);
}

static bool launch(struct program *program, struct report *why)
{
    struct program_words words = { .list = NULL };
    struct pipes pipes;
    bool opened;

    program_words_add(&words, &program->config, program->folder);
    opened = open_pipes(program, &pipes) && !words.failed;
    program->pid = opened ? fork() : -1;
    if (program->pid == 0)
        become(&pipes, words.list);
    program_words_free(&words);
    if (program->pid < 0) {
        report_add(why, "cannot start the program: %s\n", strerror(errno));
        program->pid = 0;
        close_pipes(&pipes);
        return false;
    }
    program->runs++;
    program->in = pipes.in[1];
    program->out = pipes.out[0];
    program->life = pipes.life[0];
    pipes.in[1] = pipes.out[0] = pipes.life[0] = -1;
    close_pipes(&pipes);
    (void)fcntl(program->in, F_SETFL, O_NONBLOCK);
    (void)fcntl(program->out, F_SETFL, O_NONBLOCK);
    return true;
}

/* ---- until it is ready ---- */

static unsigned count_lines(struct span text, const char *begin)
{
    size_t len = strlen(begin);
    unsigned count = 0;

    for (size_t at = 0; at < text.len; at++) {
        const uint8_t *end = memchr(text.data + at, '\n', text.len - at);

        if (end == NULL)
            return count;
        count += text.len - at >= len && memcmp(text.data + at, begin, len) == 0 ? 1 : 0;
        at = (size_t)(end - text.data);
    }
    return count;
}

/* What it says is on standard output, where no host is. */
static bool hear_ready(struct program *program, int64_t deadline_ms)
{
    while (count_lines(bytes_span(&program->said.text), "ready: ") <
           program->config.header->ports) {
        uint8_t chunk[CHUNK];
        ssize_t got = wire_read(program->out, chunk, sizeof(chunk), deadline_ms);

        if (got <= 0)
            return false;
        report_add_span(&program->said, span_at(chunk, (size_t)got));
    }
    return true;
}

/* What it says is in its log, behind that of runs before. */
static bool read_ready(const struct program *program, int64_t deadline_ms)
{
    unsigned wanted = program->runs * program->config.header->ports, count = 0;
    const char *why;
    size_t len;

    while (count < wanted) {
        uint8_t *log = read_log(program, &len, &why);

        count = log != NULL ? count_lines(span_at(log, len), "ready: ") : 0;
        free(log);
        if (count < wanted && (wire_now_ms() > deadline_ms ||
                               wire_wait(program->life, POLLIN, wire_now_ms() + POLL_MS)))
            return false;
    }
    return true;
}

static uint16_t tcp_port_of(struct span said)
{
    unsigned port = 0;

    for (size_t i = 0; i < said.len && said.data[i] != '\n'; i++) {
        if (said.data[i] == ':')
            port = 0;
        else if (said.data[i] >= '0' && said.data[i] <= '9')
            port = port * 10 + (unsigned)(said.data[i] - '0');
    }
    return (uint16_t)port;
}

static bool open_end(struct program *program, unsigned port, struct host_end *end,
                     struct report *why)
{
    enum port_kind kind = port == 1 ? program->config.kind : PORT_PTY;
    struct port_spec spec = { .kind = kind == PORT_PTY ? PORT_UART : kind,
                              .line = { .baud = BAUD } };
    char path[PROGRAM_PATH_CAP];

    if (kind == PORT_STDIO) {
        host_end_take(end, program->out, program->in);
        program->in = program->out = -1;
        return true;
    }
    if (kind == PORT_TCP) {
        spec.tcp_port = tcp_port_of(bytes_span(&program->said.text));
        snprintf(spec.where, sizeof(spec.where), "127.0.0.1");
    } else if (strlen(port_path(program, path, port)) < sizeof(spec.where)) {
        strcpy(spec.where, path);
    }
    return host_end_open(end, &spec, why) == ERR_OK;
}

bool program_start(struct program *program, struct host_end *ends, struct report *why)
{
    int64_t deadline_ms = wire_now_ms() + START_MS;

    assert(program->pid == 0);
    report_free(&program->said);
    if (!launch(program, why))
        return false;
    if (program->config.kind == PORT_STDIO ? !read_ready(program, deadline_ms)
                                           : !hear_ready(program, deadline_ms)) {
        report_add(why, "the program does not become ready:\n");
        program_show_log(program, "  ", why);
        return false;
    }
    for (unsigned port = 1; port <= program->config.header->ports; port++) {
        if (!open_end(program, port, &ends[port - 1], why))
            return false;
    }
    return true;
}

/* ---- ending ---- */

static void forget_process(struct program *program)
{
    program->pid = 0;
    close_fd(&program->life);
    close_fd(&program->in);
    close_fd(&program->out);
}

static bool say_status(int status, struct report *why)
{
    if (WIFSIGNALED(status))
        report_add(why, "  the program was ended by signal %d\n", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        report_add(why, "  the program has ended with status %d\n", WEXITSTATUS(status));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool left_nothing(const struct program *program, struct report *why)
{
    char path[PROGRAM_PATH_CAP];
    bool clean = true;

    for (unsigned port = 1; port <= program->config.header->ports; port++) {
        struct stat status;

        if (lstat(port_path(program, path, port), &status) != 0)
            continue;
        report_add(why, "  the program has left port %u behind\n", port);
        clean = false;
    }
    return clean;
}

/* The filter of its system calls has refused none that it makes. */
static bool was_refused_nothing(const struct program *program, struct report *why)
{
    static const char mark[] = "is none that this program makes";
    const char *reason;
    size_t len;
    uint8_t *log = read_log(program, &len, &reason);
    bool refused = log != NULL && memmem(log, len, mark, sizeof(mark) - 1) != NULL;

    if (refused)
        report_add(why, "  a system call that the program makes was refused\n");
    free(log);
    return !refused;
}

/* Its next run records anew. */
static void keep_recording(struct program *program)
{
    char from[PROGRAM_PATH_CAP], to[PROGRAM_PATH_CAP], name[32];

    snprintf(name, sizeof(name), "recorded%u.at", program->runs - 1);
    if (records(program))
        (void)rename(path_of(program, from, "recorded.at"), path_of(program, to, name));
}

bool program_ends_with_host(const struct program *program)
{
    return program->config.kind == PORT_STDIO;
}

bool program_stop(struct program *program, struct report *why)
{
    int status = 0;

    assert(program->pid > 0);
    (void)kill(program->pid, SIGTERM);
    if (!wire_wait(program->life, POLLIN, wire_now_ms() + END_MS)) {
        report_add(why, "  the program does not end when SIGTERM tells it to\n");
        return false;
    }
    (void)waitpid(program->pid, &status, 0);
    forget_process(program);
    keep_recording(program);
    return say_status(status, why) && left_nothing(program, why) &&
           was_refused_nothing(program, why);
}

bool program_has_ended(struct program *program, struct report *why)
{
    int status = 0;

    if (program->pid == 0 || !wire_wait(program->life, POLLIN, wire_now_ms()))
        return false;
    (void)waitpid(program->pid, &status, 0);
    forget_process(program);
    if (say_status(status, why))
        report_add(why, "  the program has ended\n");
    return true;
}

/* ---- what it does ---- */

bool program_bytes_read(const struct program *program, uint64_t *ret_count)
{
    char path[64];
    bool found = false;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/io", (int)program->pid);
    file = fopen(path, "re");
    if (file != NULL) {
        found = fscanf(file, "rchar: %" SCNu64, ret_count) == 1;
        fclose(file);
    }
    return found;
}

static struct span last_lines(struct span text, unsigned count)
{
    size_t at = text.len;

    while (at > 0 && (text.data[at - 1] != '\n' || at == text.len || count-- > 1))
        at--;
    return span_skip(text, at);
}

void program_show_log(const struct program *program, const char *indent, struct report *report)
{
    const char *why = "";
    size_t len = 0;
    uint8_t *log = read_log(program, &len, &why);
    struct span rest = last_lines(span_at(log, len), LOG_LINES);

    if (log == NULL)
        report_add(report, "%s(it cannot be read: %s)\n", indent, why);
    while (rest.len > 0) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        size_t line = end != NULL ? (size_t)(end - rest.data) : rest.len;

        report_add(report, "%s", indent);
        report_add_text(report, span_at(rest.data, line));
        report_add(report, "\n");
        rest = span_skip(rest, end != NULL ? line + 1 : line);
    }
    free(log);
}

const char *program_recording(struct program *program, size_t index)
{
    char name[32];

    snprintf(name, sizeof(name), "recorded%zu.at", index);
    return records(program) && index < program->runs ? path_of(program, program->path, name) : NULL;
}

/* ---- opening and closing ---- */

static void enter(struct program *program)
{
    pthread_mutex_lock(&all_lock);
    program->next = all;
    all = program;
    pthread_mutex_unlock(&all_lock);
}

static void leave(struct program *program)
{
    struct program **at = &all;

    pthread_mutex_lock(&all_lock);
    while (*at != program)
        at = &(*at)->next;
    *at = program->next;
    pthread_mutex_unlock(&all_lock);
}

enum err program_open(const struct program_config *config, struct report *why,
                      struct program **ret_program)
{
    struct program *program = calloc(1, sizeof(*program));
    const char *place = getenv("TMPDIR");

    if (program == NULL) {
        report_add(why, "%s\n", err_text(ERR_NO_MEMORY));
        return ERR_NO_MEMORY;
    }
    program->config = *config;
    program->life = program->in = program->out = -1;
    snprintf(program->folder, sizeof(program->folder), "%s/tlsmodem-check-XXXXXX",
             place != NULL && place[0] == '/' ? place : "/tmp");
    if (mkdtemp(program->folder) != NULL) {
        enter(program);
        *ret_program = program;
        return ERR_OK;
    }
    report_add(why, "%s: %s\n", program->folder, strerror(errno));
    free(program);
    return ERR_IO;
}

static void remove_folder(const struct program *program)
{
    (void)nftw(program->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void program_close(struct program *program)
{
    if (program == NULL)
        return;
    leave(program);
    if (program->pid > 0) {
        (void)kill(program->pid, SIGKILL);
        (void)waitpid(program->pid, NULL, 0);
    }
    forget_process(program);
    remove_folder(program);
    report_free(&program->said);
    free(program);
}

/* ---- when this process is to end ---- */

static const int ends[] = { SIGHUP, SIGINT, SIGTERM };

/* Programs are killed by the system with the threads that started them, but their folders would
 * stay. */
static void *end_with_signal(void *ctx)
{
    sigset_t *set = ctx;
    int number = 0;

    (void)sigwait(set, &number);
    pthread_mutex_lock(&all_lock);
    for (const struct program *program = all; program != NULL; program = program->next)
        remove_folder(program);
    (void)signal(number, SIG_DFL);
    (void)pthread_sigmask(SIG_UNBLOCK, set, NULL);
    (void)raise(number);
    return NULL;
}

void program_watch_signals(void)
{
    static sigset_t set;
    pthread_attr_t detached;
    pthread_t thread;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        sigaddset(&set, ends[i]);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &detached, end_with_signal, &set) != 0)
        (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    pthread_attr_destroy(&detached);
}
