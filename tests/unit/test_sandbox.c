/* test_sandbox.c: system calls that the filter lets through and refuses, each case in a process of
 * its own, as there is no way back. */
#include "sandbox/filter.h"
#include "sandbox/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAID_CAP = 4096, NO_FILTER = 77 };

static char said[SAID_CAP];

static void say(void *ctx, const char *tag, const char *text)
{
    size_t len = strlen(said);

    (void)ctx;
    snprintf(said + len, sizeof(said) - len, "%s: %s\n", tag, text);
}

static const struct log quiet = { .write = say, .level = LOG_INFO };

/* Ends the child: 0, or the line of what is not as it should be. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            _exit(__LINE__ % 250 + 1);                                                             \
    } while (0)

/* False: this machine cannot. */
static bool run(void (*child)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        child();
        _exit(0);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NO_FILTER)
        return false;
    assert_int_equal(WEXITSTATUS(status), 0);
    return true;
}

static void start(bool starts_programs)
{
    enum err err = sandbox_filter_start(starts_programs);

    if (err == ERR_UNSUPPORTED)
        _exit(NO_FILTER);
    MUST(err == ERR_OK);
}

static bool is_refused(long result)
{
    return result == -1 && errno == EPERM;
}

static void *refused_in_a_thread(void *ctx)
{
    *(bool *)ctx = is_refused(syscall(SYS_unshare, 0)) && is_refused(syscall(SYS_unshare, 0));
    return NULL;
}

static void strict(void)
{
    pthread_t thread;
    bool refused = false;
    int fds[2];

    start(false);
    MUST(is_refused(syscall(SYS_chroot, "/")) && is_refused(syscall(SYS_chroot, "/")));
    MUST(is_refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL)));
    MUST(is_refused(syscall(SYS_setuid, getuid())));
    MUST(is_refused(fork()));
    MUST(is_refused(execl("/bin/true", "true", (char *)NULL)));
    MUST(is_refused(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)));
    MUST(pthread_create(&thread, NULL, refused_in_a_thread, &refused) == 0);
    MUST(pthread_join(thread, NULL) == 0 && refused);
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0 && write(fds[0], "x", 1) == 1);
    MUST(open("/dev/null", O_RDWR | O_CLOEXEC) >= 0);

    sandbox_filter_tell(&quiet);
    MUST(strstr(said, "error: the system call chroot (") != NULL);
    MUST(strstr(strstr(said, "chroot") + 1, "chroot") == NULL);
    MUST(strstr(said, "unshare (") != NULL && strstr(said, "ptrace (") != NULL);
    said[0] = '\0';
    MUST(is_refused(syscall(SYS_chroot, "/")));
    sandbox_filter_tell(&quiet);
    MUST(said[0] == '\0');
}

static void with_programs(void)
{
    int status;
    pid_t pid;

    start(true);
    MUST(is_refused(syscall(SYS_chroot, "/")));
    MUST(syscall(SYS_setuid, getuid()) == 0);
    pid = fork();
    if (pid == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    sandbox_filter_tell(&quiet);
    MUST(strstr(said, "chroot (") != NULL);
}

/* A thread that was there before is filtered, too. */
static int go_on[2];

static void *refused_later(void *ctx)
{
    char byte;

    if (read(go_on[0], &byte, 1) == 1)
        *(bool *)ctx = is_refused(syscall(SYS_chroot, "/"));
    return NULL;
}

static void threads_before(void)
{
    pthread_t thread;
    bool refused = false;

    MUST(pipe(go_on) == 0);
    MUST(pthread_create(&thread, NULL, refused_later, &refused) == 0);
    start(false);
    MUST(write(go_on[1], "", 1) == 1);
    MUST(pthread_join(thread, NULL) == 0 && refused);
}

static void hidden(void)
{
    struct rlimit limit;
    char filter[32] = "";
    int fd;

    sandbox_hide_memory(&quiet);
    MUST(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
    MUST(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0);
    fd = open("/proc/self/coredump_filter", O_RDONLY);
    if (fd >= 0 && access("/proc/self/coredump_filter", W_OK) == 0) /* /proc may be read only */
        MUST(read(fd, filter, sizeof(filter) - 1) > 0 && strtol(filter, NULL, 16) == 0);
    MUST(said[0] == '\0');
}

static void test_a_run_that_starts_nothing(void **state)
{
    (void)state;
    if (!run(strict))
        skip();
}

static void test_a_run_that_starts_programs(void **state)
{
    (void)state;
    if (!run(with_programs))
        skip();
}

static void test_threads_that_were_there_before(void **state)
{
    (void)state;
    if (!run(threads_before))
        skip();
}

static void test_memory_is_hidden(void **state)
{
    (void)state;
    assert_true(run(hidden));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run_that_starts_nothing),
        cmocka_unit_test(test_a_run_that_starts_programs),
        cmocka_unit_test(test_threads_that_were_there_before),
        cmocka_unit_test(test_memory_is_hidden),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
