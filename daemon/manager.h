/* manager.h: what the service manager is told of a run: systemd's notification protocol
 * (sd_notify(3)), made by hand, as its manual shows it.
 *
 * Everything is called in the master's thread of the fleet.  Where no manager asked for it, nothing
 * is told, and it costs nothing.
 */
#ifndef DAEMON_MANAGER_H
#define DAEMON_MANAGER_H

#include "iface/clock.h"
#include "runtime/fleet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Its members are its own. */
struct manager {
    int fd;              /* -1: there is no manager */
    int64_t watchdog_ms; /* it wants a sign of life as often; 0: never */
    int64_t said_ms;     /* of manager_progress() */
    bool is_changing;    /* it waits for a start, a reload or an end */
    struct fleet *fleet; /* whose loops turn; NULL: not watched yet */
    struct clock_timer *timer;
};

enum { MANAGER_STATUS_CAP = 200 };

/* Looks for the manager in the environment, and takes its variables out of it, so that no child
 * speaks in our name.  A manager that cannot be reached is none: a line in the log. */
void manager_open(struct manager *manager, const struct log *log);

/* All ports are open.  `status` is one line for whoever asks; also the end of a reload. */
void manager_ready(struct manager *manager, const char *status);

/* A list of modems is read and made anew; manager_ready() follows. */
void manager_reloading(struct manager *manager);

/* The run ends. */
void manager_stopping(struct manager *manager);

/* So many of `total` are done of what takes long: a sign of life, at most one a second, for a
 * master whose loop does not turn meanwhile.  `what` as progress_begin() has it. */
void manager_progress(struct manager *manager, const char *what, size_t done, size_t total);

/* From now on the manager gets a sign of life, where it wants them, whenever all loops of the fleet
 * have turned; one that hangs ends them.  Until manager_unwatch(), which comes before
 * fleet_halt(). */
void manager_watch(struct manager *manager, struct fleet *fleet);

/* No more signs; the fleet may go. */
void manager_unwatch(struct manager *manager);

/* Gives everything back. */
void manager_close(struct manager *manager);

#endif
