/* fleet.h: many modems in one process, on as many threads as it is given.
 *
 * Each thread is a world (world.h); a modem lives in one of them from start to end.  What modems of
 * several worlds share can be shared: the TLS providers, the store, the log.  The world of the
 * thread that opens the fleet, its master, is the first one; with one thread there is no other.
 *
 * Calls come from the master's thread, and not from inside a callback of a modem, unless they say
 * otherwise.  They wait until every world has done its part.
 */
#ifndef RUNTIME_FLEET_H
#define RUNTIME_FLEET_H

#include "runtime/modem.h"
#include "runtime/pool.h"

enum { FLEET_THREADS_MAX = 1024 };

struct fleet;

struct fleet_config {
    size_t threads; /* 1 to FLEET_THREADS_MAX, the master's among them */
    /* Of all worlds: written to from all their threads.  Borrowed until the fleet is freed. */
    const struct log *log;
    bool counts;                   /* what its modems do, for fleet_tally() */
    const struct dns_servers *dns; /* who is asked for names; read at once; NULL: the machine's */
};

/* Makes worlds without modems, and their threads.  `ret_failure` says in one line what is wrong;
 * then nothing is left behind.  ERR_FULL: no descriptors; ERR_NO_MEMORY; ERR_IO. */
enum err fleet_open(const struct fleet_config *config, struct port_failure *ret_failure,
                    struct fleet **ret_fleet);

/* One modem more. */
struct fleet_modem_config {
    struct runtime_modem_config runtime;
    /* Whose host it gets; then `runtime` has one terminal and no ports.  NULL: it has ports. */
    struct pool *pool;
    size_t order; /* there: of those that are free the lowest has the next host */
};

/* Opens `count` modems at once, all worlds at work; their indices go on from fleet_count().
 * `describe` fills in a zeroed config for each, 0 to count - 1, in the thread of its world.  All or
 * none: `ret_failure` is that of the first that could not be opened.  The errors of
 * runtime_modem_open() and pool_join(). */
enum err fleet_add(struct fleet *fleet, size_t count,
                   void (*describe)(void *ctx, size_t number,
                                    struct fleet_modem_config *ret_config),
                   void *ctx, struct port_failure *ret_failure);

/* Lets bytes move between hosts and those modems that were not started yet. */
void fleet_start(struct fleet *fleet);

/* Closes one modem; its index is empty from now on.  `look` (may be NULL) sees it before, in the
 * thread of its world. */
void fleet_remove(struct fleet *fleet, size_t index,
                  void (*look)(void *ctx, struct runtime_modem *modem), void *ctx);

/* How many indices there are, the empty ones among them. */
size_t fleet_count(const struct fleet *fleet);

/* A modem, NULL where it was removed.  What belongs to its thread (the engine) may be used after
 * fleet_halt() only, or inside fleet_visit(). */
struct runtime_modem *fleet_modem(const struct fleet *fleet, size_t index);

/* Kind and place of a modem's port as a host has to know it, the pool's where it is of one; good
 * until it is removed. */
const char *fleet_port_label(const struct fleet *fleet, size_t index, size_t port);

/* Shows each modem to `visit`, in the thread of its world: those of one world one after the other,
 * those of several at the same time. */
void fleet_visit(struct fleet *fleet,
                 void (*visit)(void *ctx, size_t index, struct runtime_modem *modem), void *ctx);

/* Shows one modem to `visit`, in the thread of its world. */
void fleet_visit_one(struct fleet *fleet, size_t index,
                     void (*visit)(void *ctx, size_t index, struct runtime_modem *modem),
                     void *ctx);

/* The master's world, for what else lives in its thread (signals, listeners).  Good until the fleet
 * is closed. */
struct runtime_world *fleet_master(struct fleet *fleet);

/* What is counted in the world `index`, below the config's `threads`, where the config says so. Any
 * thread, until the fleet is halted. */
struct tally *fleet_tally(const struct fleet *fleet, size_t index);

/* Lets everything happen until fleet_stop(). */
void fleet_run(struct fleet *fleet);

/* Any thread, callbacks too: has fleet_run() return soon. */
void fleet_stop(struct fleet *fleet);

/* Asks every loop for a sign of life, and waits for none: `turned` is called in the master's thread
 * once all of them have turned.  While the last round is not over nothing is asked, and `turned` of
 * that one is called alone. */
void fleet_round(struct fleet *fleet, void (*turned)(void *ctx), void *ctx);

/* Ends the other threads; from now on everything is this thread's, and nothing happens. */
void fleet_halt(struct fleet *fleet);

/* Closes all modems that are left, after fleet_halt().  `closed` (may be NULL) is told how many are
 * by now, after each. */
void fleet_clear(struct fleet *fleet, void (*closed)(void *ctx, size_t count), void *ctx);

/* Gives back the worlds, after fleet_clear() and after all else that lives on them.  False:
 * something on them is open after `limit_ms` still; then the memory is in use.  NULL is nothing. */
bool fleet_close(struct fleet *fleet, int64_t limit_ms);

#endif
