/* needs.c: whether this process may have what its modems need. */
#include "needs.h"

#include "control/http_server.h"
#include "host/programme.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* What was counted in /proc/PID/fd of runs on Linux. */
enum {
    OF_PROCESS = 16, /* standard streams, TLS, signals, the wake-up of the log */
    OF_THREAD = 8,   /* loop, wake-ups, name look-ups */
    OF_FOLDER = 4,   /* lock and database with its two files */
    OF_PTY = 2,      /* both sides: a host that leaves must not end it */
    OF_LISTENER = 2, /* it and its host */
    OF_SEAT = 1,     /* the host of one of a pool */
    OF_DIAL = 1,     /* the connection that the host inside dials */
    OF_SIGNAL = 2    /* what its command says, and how it ends */
};

static size_t of_port(const struct port_spec *port)
{
    switch (port->kind) {
    case PORT_PTY:
        return OF_PTY;
    case PORT_TCP:
    case PORT_RFC2217:
    case PORT_TCP_TLS:
    case PORT_UNIX:
        return OF_LISTENER;
    case PORT_UART:
        return 1;
    case PORT_STDIO:
        break;
    }
    return 0;
}

/* Modems of one entry stand together: their folder is counted once. */
static bool has_folder_of(const struct modem_plan *a, const struct modem_plan *b)
{
    if (a->state == NULL || b->state == NULL)
        return a->state == b->state;
    return strcmp(a->state, b->state) == 0;
}

/* A host inside that dials.  One that never says so in its transcript may, too, and is not seen. */
static bool has_a_dial(const struct modem_plan *plan)
{
    const struct programme *programme;

    if (plan->host == NULL)
        return false;
    programme = plan->host->crowd.programme;
    for (size_t i = 0; i < programme_count(programme); i++) {
        enum script_kind kind = programme_at(programme, i)->step.kind;

        if (kind == SCRIPT_DIAL || kind == SCRIPT_DIALLED)
            return true;
    }
    return false;
}

struct needs needs_of(const struct modem_plans *plans, size_t threads)
{
    struct needs need = { .descriptors = OF_PROCESS + threads * OF_THREAD };
    const struct modem_plan *before = NULL; /* that stores something */
    bool follows = false;                   /* an interface, which each thread is told of */

    for (size_t i = 0; i < plans->count; i++) {
        const struct modem_plan *plan = &plans->list[i];

        for (size_t port = 0; port < plan->port_count; port++) {
            need.descriptors += of_port(&plan->ports[port]);
            need.ptys += plan->ports[port].kind == PORT_PTY;
        }
        need.descriptors += plan->pool != MODEM_PLAN_NO_POOL ? OF_SEAT : 0;
        need.descriptors += has_a_dial(plan) ? OF_DIAL : 0;
        need.descriptors += plan->signal_command != NULL ? OF_SIGNAL : 0;
        follows = follows || plan->follows != NULL;
        if (plan->in_memory)
            continue;
        if (before == NULL || !has_folder_of(before, plan))
            need.descriptors += OF_FOLDER;
        before = plan;
    }
    need.descriptors += plans->pool_count + (follows ? threads : 0);
    need.descriptors += plans->has_metrics ? HTTP_DESCRIPTORS : 0;
    need.descriptors += plans->has_control ? HTTP_DESCRIPTORS : 0;
    return need;
}

/* As many descriptors as may be, and at least `wanted` if this process may say so itself. */
static rlim_t raise_descriptors(size_t wanted)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return RLIM_INFINITY; /* then opening tells */
    if (limit.rlim_cur < limit.rlim_max || limit.rlim_cur < wanted) {
        struct rlimit raised = limit;

        raised.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
            limit = raised;
    }
    return limit.rlim_cur;
}

/* A number of the kernel's; false where there is no such file. */
static bool read_number(const char *path, uintmax_t *ret_number)
{
    FILE *file = fopen(path, "re");
    bool good;

    if (file == NULL)
        return false;
    good = fscanf(file, "%" SCNuMAX, ret_number) == 1;
    fclose(file);
    return good;
}

static bool has_ptys(size_t wanted, char *ret_why)
{
    uintmax_t most, used;

    if (wanted == 0 || !read_number("/proc/sys/kernel/pty/max", &most) ||
        !read_number("/proc/sys/kernel/pty/nr", &used))
        return true;
    if (used <= most && wanted <= most - used)
        return true;
    snprintf(ret_why, NEEDS_WHY_CAP,
             "the modems need %zu pseudo-terminals and %ju of %ju are in use: raise "
             "kernel.pty.max, or use unix or tcp",
             wanted, used, most);
    return false;
}

bool needs_allowed(const struct needs *need, char *ret_why)
{
    rlim_t most = raise_descriptors(need->descriptors);

    if (most != RLIM_INFINITY && need->descriptors > most) {
        snprintf(ret_why, NEEDS_WHY_CAP,
                 "the modems and their hosts need %zu descriptors and this process may "
                 "have %ju: raise the hard limit (ulimit -Hn, LimitNOFILE=)",
                 need->descriptors, (uintmax_t)most);
        return false;
    }
    return has_ptys(need->ptys, ret_why);
}
