/* hosts_run.h: the hosts inside of a run, and when all of them have done what they had to. */
#ifndef DAEMON_HOSTS_RUN_H
#define DAEMON_HOSTS_RUN_H

#include "plan/modem_plan.h"
#include "runtime/modem.h"
#include "verdict/book.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What is not said here is zero in the beginning. */
struct hosts_run {
    uint32_t shard;            /* ${shard} */
    struct verdict_book *book; /* in which they count */
    int64_t start_at_s;        /* since 1970: when they begin; 0, or passed: at once */
    /* Each modem has a host, and all are done; from any thread, perhaps more than once. */
    void (*on_all_done)(void *ctx);
    void *ctx;

    atomic_size_t hosts;    /* of the modems that are open; 0: that is not known yet */
    atomic_bool has_others; /* modems without one */
    atomic_size_t done;     /* of the hosts that are there */
    atomic_size_t given_up; /* since the start */
};

/* What a modem's host is told: its `host_ctx`. */
struct hosts_seat {
    struct hosts_run *run;
    const struct modem_plan *plan; /* with a host */
};

/* Who plays at such a modem. */
const struct runtime_host *hosts_run_host(void);

/* So many modems have a host now, and so many have none.  From the master's thread. */
void hosts_run_expect(struct hosts_run *run, size_t hosts, size_t others);

/* How many have given up since the start.  Any thread. */
size_t hosts_run_given_up(struct hosts_run *run);

#endif
