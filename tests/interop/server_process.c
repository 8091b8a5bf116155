/* server_process.c: fork, exec, and pipes that are watched with a deadline. */
#include "server_process.h"

#include "claimed_port.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { START_MS = 60000, SAY_MS = 20000, WORDS_MAX = 32, WORD_MAX_BYTES = 800 };

int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Never returns.  A test that fails leaves no server behind, and the system's own policy for
 * OpenSSL is no part of a test. */
static void become(const char *const argv[], const char *folder, int input, int output,
                   uint16_t port)
{
    static char words[WORDS_MAX][WORD_MAX_BYTES];
    char *list[WORDS_MAX + 1] = { 0 };

    for (size_t i = 0; i < WORDS_MAX && argv[i] != NULL; i++) {
        const char *mark = strstr(argv[i], "PORT");

        if (mark != NULL)
            snprintf(words[i], WORD_MAX_BYTES, "%.*s%u%s", (int)(mark - argv[i]), argv[i],
                     (unsigned)port, mark + 4);
        else
            snprintf(words[i], WORD_MAX_BYTES, "%s", argv[i]);
        list[i] = words[i];
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setenv("OPENSSL_CONF", "/dev/null", 1);
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    if (folder != NULL && chdir(folder) != 0)
        _exit(126);
    execvp(list[0], list);
    _exit(127);
}

static void start_once(struct server_process *server, const char *folder, const char *const argv[])
{
    int input[2], said[2];

    *server = (struct server_process){ .port = claimed_port(), .text = calloc(1, 1) };
    assert_non_null(server->text);
    assert_int_equal(pipe(input), 0);
    assert_int_equal(pipe(said), 0);
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0) {
        close(input[1]);
        close(said[0]);
        become(argv, folder, input[0], said[1], server->port);
    }
    close(input[0]);
    close(said[1]);
    server->input = input[1];
    server->said = said[0];
    fcntl(server->input, F_SETFD, FD_CLOEXEC);
    fcntl(server->said, F_SETFD, FD_CLOEXEC);
}

/* False at the end of what the server has to say. */
static bool hear(struct server_process *server, int64_t deadline_ms)
{
    struct pollfd said = { server->said, POLLIN, 0 };
    int64_t left_ms = deadline_ms - now_ms();
    char *text;
    ssize_t len;

    if (left_ms <= 0 || poll(&said, 1, (int)left_ms) <= 0)
        return false;
    text = realloc(server->text, server->len + 4097);
    assert_non_null(text);
    server->text = text;
    len = read(server->said, text + server->len, 4096);
    server->len += len > 0 ? (size_t)len : 0;
    text[server->len] = '\0';
    return len > 0;
}

static bool said_by(struct server_process *server, const char *text, int64_t deadline_ms)
{
    for (;;) {
        const char *found = strstr(server->text + server->seen, text);

        if (found != NULL) {
            server->seen = (size_t)(found - server->text) + strlen(text);
            return true;
        }
        if (!hear(server, deadline_ms))
            return false;
    }
}

bool server_said(struct server_process *server, const char *text)
{
    return said_by(server, text, now_ms() + SAY_MS);
}

static bool is_in_table(const char *path, const char *wanted_state, uint16_t port)
{
    char wanted[8], line[200], local[40], state[4];
    bool found = false;
    FILE *table = fopen(path, "r");

    assert_non_null(table);
    snprintf(wanted, sizeof(wanted), ":%04X", (unsigned)port);
    while (!found && fgets(line, sizeof(line), table) != NULL) {
        found = sscanf(line, "%*s %39s %*s %3s", local, state) == 2 &&
                strcmp(state, wanted_state) == 0 && strstr(local, wanted) != NULL;
    }
    fclose(table);
    return found;
}

/* Connecting would be noticed; the kernel's tables are not.  0A is LISTEN, 07 an open UDP port. */
static bool listens(uint16_t port)
{
    return is_in_table("/proc/net/tcp", "0A", port) || is_in_table("/proc/net/udp", "07", port);
}

static bool comes_up(struct server_process *server)
{
    int64_t deadline_ms = now_ms() + START_MS;

    while (!listens(server->port)) {
        struct pollfd said = { server->said, POLLIN, 0 };

        if (now_ms() > deadline_ms || (poll(&said, 1, 2) > 0 && !hear(server, deadline_ms)))
            return false;
    }
    return true;
}

void server_start(struct server_process *server, const char *folder, const char *const argv[])
{
    /* Somebody else may take the port before the server does: then it ends, and we try another. */
    for (int tries = 0; tries < 3; tries++) {
        start_once(server, folder, argv);
        if (comes_up(server))
            return;
        print_message("%s: %s\n", argv[0], server->text);
        server_stop(server);
    }
    fail_msg("%s did not start", argv[0]);
}

void server_stop(struct server_process *server)
{
    if (server->pid > 0) {
        kill(server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
        close(server->input);
        close(server->said);
    }
    free(server->text);
    *server = (struct server_process){ 0 };
}

void run_to_end(const char *const argv[])
{
    int status = -1;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        become(argv, NULL, STDIN_FILENO, STDOUT_FILENO, 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}
