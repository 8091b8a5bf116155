/* monitor.h: /metrics, /ready and /live of a fleet: read-only, for anybody who can connect. */
#ifndef CONTROL_MONITOR_H
#define CONTROL_MONITOR_H

#include "posix/port.h"
#include "posix/port_failure.h"
#include "runtime/fleet.h"

struct monitor;

/* All is borrowed until monitor_close(). */
struct monitor_config {
    const struct port_spec *at; /* PORT_TCP or PORT_UNIX; NULL: nowhere */
    const char *path;           /* of a file with the same numbers (textfile.h); NULL: none */
    const struct log *log;      /* of that file's troubles */
    const struct fleet *fleet;  /* that counts */
    size_t threads;             /* of the fleet */
    /* Called in a thread of the monitor. */
    uint64_t (*store_writes)(void *ctx);
    bool (*has_all_ports)(void *ctx); /* none that was open is away */
    void *ctx;
};

/* Answers from now on; heap that is in use after this is the modems'.  `ret_failure` says in one
 * line what is wrong, and with which option. */
enum err monitor_open(const struct monitor_config *config, struct port_failure *ret_failure,
                      struct monitor **ret_monitor);

/* Whether every modem is there, what /ready says if all their ports are; false in the beginning.
 * From the first true on every loop is to turn, what /live says.  Any thread. */
void monitor_set_ready(struct monitor *monitor, bool is_ready);

/* Ends it, before the fleet is halted.  NULL is nothing. */
void monitor_close(struct monitor *monitor);

#endif
