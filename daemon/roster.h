/* roster.h: the modems of a run: opened by plans, and anew where a later list of plans differs.
 *
 * Everything happens in the master's thread of the fleet.
 */
#ifndef DAEMON_ROSTER_H
#define DAEMON_ROSTER_H

#include "common/providers.h"
#include "control/hand.h"
#include "hosts_run.h"
#include "packets.h"
#include "plan/modem_plan.h"
#include "recordings.h"
#include "relied.h"
#include "runtime/fleet.h"
#include "scenario_run.h"
#include "stores.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

/* One modem that is open, or being opened. */
struct roster_modem {
    struct roster *roster;
    atomic_uint away;             /* ports, by their bits, that are */
    unsigned unsaid;              /* ports whose "ready:" is due when they come; under `saying` */
    struct modem_plan plan;       /* its own; where it is, it stays */
    struct pool *pool;            /* NULL: it has ports */
    struct nvm *nvm;              /* NULL: it stores nothing */
    struct hand *hand;            /* owned; NULL: nobody controls it */
    size_t index;                 /* of the fleet */
    struct packets_seat *packets; /* owned; NULL: nobody captures */
    struct scenario_seat seat;
    struct hosts_seat hosts_seat; /* where the plan has a host */
};

struct roster_pool {
    struct port_spec at;
    struct pool *pool;
    bool is_started;
};

/* What is not said here is zero in the beginning. */
struct roster {
    struct fleet *fleet;
    const struct providers *providers;
    const struct log *log;               /* of the modems */
    const struct log *voice;             /* for what is said once */
    const struct scenario_run *scenario; /* that each modem plays */
    struct hosts_run *hosts;             /* inside */
    struct recordings *recordings;       /* zeroed: none */
    struct packets *packets;             /* of all; NULL: nobody captures */
    /* Makes a hand for a modem of this name, which it borrows; NULL: there is no memory.  NULL:
     * nobody controls them. */
    struct hand *(*new_hand)(void *ctx, const char *name);
    void *hand_ctx;
    int zone_quarters; /* of this machine */
    /* No host can ever come again to a port of the modem that is alone; in its thread. */
    void (*on_end)(void *ctx);
    /* So many are being opened, or are open; in the master's thread. */
    void (*on_described)(void *ctx, size_t count);
    void *ctx;
    FILE *out; /* for "ready:", each with `end` behind it */
    const char *end;

    struct stores stores;       /* with its lock in the beginning */
    struct roster_modem **list; /* in the order of the plans */
    size_t count;
    size_t missing;       /* that the last plans have, and that could not be opened */
    struct relied relied; /* on by those that were removed */
    struct roster_pool *pools;
    size_t pool_count;
    struct roster_modem **batch; /* those that are being opened */
    atomic_size_t described;
    atomic_bool has_one_port; /* of all its modems: whose end is the run's */
    atomic_size_t away;       /* ports of all that are */
    pthread_mutex_t saying;   /* a lock in the beginning */
    pthread_t master;
};

/* Opens all modems of the plans, which are the roster's from now on, good or not.  False:
 * `ret_failure` says in one line what is wrong; roster_close() follows in any case. */
bool roster_open(struct roster *roster, struct modem_plans *plans,
                 struct port_failure *ret_failure);

/* Lets bytes move between hosts and modems. */
void roster_start(struct roster *roster);

/* "ready: NAME PORT" for each port of the modem; one that is away says so when it comes. */
void roster_say_ready(struct roster *roster, struct roster_modem *modem);

/* Whether no port of a modem is away.  Any thread. */
bool roster_has_all_ports(struct roster *roster);

/* Has the modems be as other plans say, which are the roster's from now on: what does not differ
 * stays as it is, with its hosts and connections; what is gone is closed; the rest is opened, and
 * said to be ready.  What cannot be opened is told in the log, and is not there. */
void roster_change(struct roster *roster, struct modem_plans *plans);

/* Opens the modems of the plans, which are the roster's from now on, besides those there are: all
 * or none.  False: `ret_failure` says in one line what is wrong. */
bool roster_add(struct roster *roster, struct modem_plans *plans, struct port_failure *ret_failure);

/* Closes the modem `number` of the list. */
void roster_remove(struct roster *roster, size_t number);

/* Adds what the modems that are there have relied on, once the fleet is halted, to `relied`. */
void roster_note_relied(struct roster *roster);

/* Gives back all but the modems, which the fleet has closed. */
void roster_close(struct roster *roster);

#endif
