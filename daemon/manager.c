/* manager.c: see manager.h. */
#include "manager.h"

#include "posix/now.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    MESSAGE_CAP = MANAGER_STATUS_CAP + 120,
    PROGRESS_MS = 1000, /* between two signs of it */
    SIGNS = 3           /* of life in the time after which the manager gives up */
};

/* What a long start, reload or end may take from one sign to the next. */
#define EXTENDED_US "30000000"

static const char socket_variable[] = "NOTIFY_SOCKET";
static const char watchdog_variable[] = "WATCHDOG_USEC";
static const char watchdog_pid_variable[] = "WATCHDOG_PID";

/* A name of the abstract namespace begins with "@". */
static bool read_address(const char *name, struct sockaddr_un *ret_address, socklen_t *ret_len)
{
    size_t len = strlen(name);

    if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof(ret_address->sun_path))
        return false;
    *ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    memcpy(ret_address->sun_path, name, len);
    if (name[0] == '@')
        ret_address->sun_path[0] = '\0';
    *ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    return true;
}

/* -1: not to be reached. */
static int connect_to(const char *name)
{
    struct sockaddr_un address;
    socklen_t len;
    int fd;

    if (!read_address(name, &address, &len)) {
        errno = EINVAL;
        return -1;
    }
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, len) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* 0: nobody wants signs of this process. */
static int64_t watchdog_wanted(void)
{
    const char *usec = getenv(watchdog_variable), *pid = getenv(watchdog_pid_variable);
    unsigned long long value;
    char *end;

    if (usec == NULL || (pid != NULL && strtoll(pid, NULL, 10) != (long long)getpid()))
        return 0;
    value = strtoull(usec, &end, 10);
    if (end == usec || *end != '\0' || value == 0 || value > INT64_MAX)
        return 0;
    return value < 1000 * SIGNS ? 1 : (int64_t)(value / 1000 / SIGNS);
}

void manager_open(struct manager *manager, const struct log *log)
{
    const char *name = getenv(socket_variable);

    *manager = (struct manager){ .fd = -1 };
    if (name == NULL || name[0] == '\0')
        return;
    manager->fd = connect_to(name);
    if (manager->fd < 0)
        log_say(log, LOG_WARNING,
                "%s: \"%s\" cannot be reached: %s; the service manager is told "
                "nothing",
                socket_variable, name, strerror(errno));
    else
        manager->watchdog_ms = watchdog_wanted();
    manager->is_changing = true;
    unsetenv(socket_variable);
    unsetenv(watchdog_variable);
    unsetenv(watchdog_pid_variable);
}

/* Who does not read any more loses a message, and we no time. */
static void say(const struct manager *manager, const char *message)
{
    if (manager->fd >= 0 &&
        send(manager->fd, message, strlen(message), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return;
}

void manager_ready(struct manager *manager, const char *status)
{
    char message[MESSAGE_CAP];

    snprintf(message, sizeof(message), "READY=1\nSTATUS=%.*s", MANAGER_STATUS_CAP - 1, status);
    say(manager, message);
    manager->is_changing = false;
}

/* The time tells a manager of this reload from one before (systemd 253). */
void manager_reloading(struct manager *manager)
{
    char message[MESSAGE_CAP];

    snprintf(message, sizeof(message),
             "RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\nSTATUS=reading the "
             "file again",
             (uint64_t)posix_now_ms() * 1000);
    say(manager, message);
    manager->is_changing = true;
}

void manager_stopping(struct manager *manager)
{
    say(manager, "STOPPING=1\nSTATUS=closing modems");
    manager->is_changing = true;
}

void manager_progress(struct manager *manager, const char *what, size_t done, size_t total)
{
    int64_t now_ms;
    char message[MESSAGE_CAP];

    if (manager->fd < 0)
        return;
    now_ms = posix_now_ms();
    if (now_ms - manager->said_ms < PROGRESS_MS)
        return;
    manager->said_ms = now_ms;
    snprintf(message, sizeof(message), "STATUS=%s: %zu of %zu%s%s", what, done, total,
             manager->watchdog_ms > 0 ? "\nWATCHDOG=1" : "",
             manager->is_changing ? "\nEXTEND_TIMEOUT_USEC=" EXTENDED_US : "");
    say(manager, message);
}

/* ---- the watchdog ---- */

static void arm(struct manager *manager)
{
    clock_timer_start(manager->timer, manager->watchdog_ms);
}

static void on_turned(void *ctx)
{
    struct manager *manager = ctx;

    if (manager->fleet != NULL)
        say(manager, "WATCHDOG=1");
}

static void on_time(void *ctx)
{
    struct manager *manager = ctx;

    fleet_round(manager->fleet, on_turned, manager);
    arm(manager);
}

void manager_watch(struct manager *manager, struct fleet *fleet)
{
    assert(manager->fleet == NULL);
    if (manager->fd < 0 || manager->watchdog_ms == 0)
        return;
    if (clock_new_timer(&fleet_master(fleet)->clock.base, on_time, manager, &manager->timer) !=
        ERR_OK)
        return; /* it ends us, and starts us where there is memory */
    manager->fleet = fleet;
    arm(manager);
}

void manager_unwatch(struct manager *manager)
{
    clock_timer_free(manager->timer);
    manager->timer = NULL;
    manager->fleet = NULL;
}

void manager_close(struct manager *manager)
{
    assert(manager->fleet == NULL);
    if (manager->fd >= 0)
        close(manager->fd);
    manager->fd = -1;
}
