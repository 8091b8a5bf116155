/* memory.c: see memory.h.  core(5), prctl(2). */
#include "sandbox/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef TLSMODEM_SANITIZED

void sandbox_hide_memory(const struct log *log)
{
    log_say(log, LOG_DEBUG, "built with sanitizers: memory is not hidden");
}

#else

static void warn(const struct log *log, const char *what)
{
    log_say(log, LOG_WARNING, "%s: %s: a core or a debugger may show keys", what, strerror(errno));
}

/* The soft limit alone: a child that is tested may want its core. */
static void end_cores(const struct log *log)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_CORE, &limit) != 0) {
        warn(log, "getrlimit");
        return;
    }
    limit.rlim_cur = 0;
    if (setrlimit(RLIMIT_CORE, &limit) != 0)
        warn(log, "setrlimit");
}

/* No kind of mapping.  A kernel without cores has no such file. */
static void empty_filter(const struct log *log)
{
    int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);

    if (fd < 0) {
        if (errno != ENOENT)
            log_say(log, LOG_DEBUG, "coredump_filter: %s", strerror(errno));
        return;
    }
    if (write(fd, "0", 1) != 1)
        warn(log, "coredump_filter");
    close(fd);
}

void sandbox_hide_memory(const struct log *log)
{
    end_cores(log);
    empty_filter(log); /* before the next call, which gives the file to root */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        warn(log, "PR_SET_DUMPABLE");
}

#endif
