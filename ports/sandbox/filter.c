/* filter.c: see filter.h.
 *
 * A call that is not allowed raises SIGSYS in the thread that made it.  The handler has the call
 * fail, and leaves its number, the first time, in a pipe: it may have come from inside malloc(),
 * so it can do no more. */
#include "sandbox/filter.h"

#include "sandbox/calls.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(TLSMODEM_SANITIZED)
#define HAS_FILTER 0
#elif defined(__x86_64__)
#define HAS_FILTER              1
#define set_result(context, to) ((context)->uc_mcontext.gregs[REG_RAX] = (to))
#elif defined(__aarch64__)
#define HAS_FILTER              1
#define set_result(context, to) ((context)->uc_mcontext.regs[0] = (unsigned long long)(to))
#elif defined(__arm__)
#define HAS_FILTER              1
#define set_result(context, to) ((context)->uc_mcontext.arm_r0 = (unsigned long)(to))
#else
#define HAS_FILTER 0
#endif

enum { CALLS_MAX = 1024, WORD_BITS = 32, VMA_NAMES = 0x53564d41 };

/* Of the process, as the filter is. */
static int pipe_fds[2] = { -1, -1 };

int sandbox_filter_fd(void)
{
    assert(pipe_fds[0] >= 0);
    return pipe_fds[0];
}

void sandbox_filter_tell(const struct log *log)
{
    int number;

    while (read(pipe_fds[0], &number, sizeof(number)) == (ssize_t)sizeof(number)) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);

        log_say(
            log, LOG_ERROR,
            "the system call %s (%d) is none that this program makes, and was refused: a library "
            "that is newer than it, or an attack; --debuggable does without the filter",
            name != NULL ? name : "?", number);
        free(name);
    }
}

#if HAS_FILTER

static _Atomic uint32_t told[CALLS_MAX / WORD_BITS];

static bool is_first(int number)
{
    uint32_t bit;

    if (number < 0 || number >= CALLS_MAX)
        return false;
    bit = UINT32_C(1) << (number % WORD_BITS);
    return (atomic_fetch_or(&told[number / WORD_BITS], bit) & bit) == 0;
}

static void on_refused(int signal_number, siginfo_t *info, void *context)
{
    int saved = errno, number = info->si_syscall;

    (void)signal_number;
    /* A pipe that is full holds more than anybody reads. */
    if (is_first(number) && write(pipe_fds[1], &number, sizeof(number)) < 0)
        errno = 0;
    errno = saved;
    set_result((ucontext_t *)context, -EPERM);
}

static int add_all(scmp_filter_ctx filter, uint32_t action, const char *const *names)
{
    for (; *names != NULL; names++) {
        int number = seccomp_syscall_resolve_name(*names), status;

        if (number == __NR_SCMP_ERROR)
            continue; /* older than the call */
        status = seccomp_rule_add(filter, action, number, 0);
        if (status != 0)
            return status;
    }
    return 0;
}

/* A thread, but no process: that is refused without a signal, which the C library's fork() blocks
 * meanwhile (2.41); clone3(), whose flags are in memory, is not there, so that it takes clone(). */
static int add_threads(scmp_filter_ctx filter)
{
    static const struct {
        const char *name;
        int error;
    } refused[] = { { "clone3", ENOSYS }, { "fork", EPERM }, { "vfork", EPERM } };
    int status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));

    if (status == 0)
        status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && status == 0; i++) {
        int number = seccomp_syscall_resolve_name(refused[i].name);

        if (number != __NR_SCMP_ERROR && number >= 0) /* below: of another processor */
            status =
                seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)refused[i].error), number, 0);
    }
    return status;
}

/* Names of threads and mappings; not what undoes the sight of memory. */
static int add_names(scmp_filter_ctx filter)
{
    static const unsigned long options[] = { PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, VMA_NAMES };
    int status = 0;

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]) && status == 0; i++)
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
                                  SCMP_A0(SCMP_CMP_EQ, options[i]));
    return status;
}

static int load(bool starts_programs)
{
    scmp_filter_ctx filter = seccomp_init(starts_programs ? SCMP_ACT_ALLOW : SCMP_ACT_TRAP);
    int status = -ENOMEM;

    if (filter == NULL)
        return status;
    status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (status == 0 && starts_programs)
        status = add_all(filter, SCMP_ACT_TRAP, sandbox_never);
    if (status == 0 && !starts_programs)
        status = add_all(filter, SCMP_ACT_ALLOW, sandbox_calls);
    if (status == 0 && !starts_programs)
        status = add_threads(filter);
    if (status == 0 && !starts_programs)
        status = add_names(filter);
    if (status == 0)
        status = seccomp_load(filter);
    seccomp_release(filter);
    return status;
}

enum err sandbox_filter_start(bool starts_programs)
{
    struct sigaction action = { .sa_sigaction = on_refused, .sa_flags = SA_SIGINFO | SA_RESTART };
    int status;

    assert(pipe_fds[0] < 0);
    if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) != 0)
        return ERR_FULL;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSYS, &action, NULL);
    status = load(starts_programs);
    if (status == 0)
        return ERR_OK;
    signal(SIGSYS, SIG_DFL);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    pipe_fds[0] = pipe_fds[1] = -1;
    return status == -ENOMEM ? ERR_NO_MEMORY : ERR_UNSUPPORTED;
}

#else

enum err sandbox_filter_start(bool starts_programs)
{
    (void)starts_programs;
    return ERR_UNSUPPORTED;
}

#endif
