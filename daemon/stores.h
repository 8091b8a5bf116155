/* stores.h: the state folders of a run, each opened once however many modems keep theirs in it. */
#ifndef DAEMON_STORES_H
#define DAEMON_STORES_H

#include "nvm_sqlite/nvm_sqlite.h"
#include "plan/modem_plan.h"
#include "posix/port_failure.h"

#include <pthread.h>

struct store;

struct stores {
    pthread_mutex_t lock; /* for stores_writes(), which other threads call */
    struct store *list;
    size_t count;
    uint64_t past_writes; /* to those that were closed */
};

/* Opens the folder of a plan unless it is open: its store in `ret_nvm`, NULL for a modem that
 * stores nothing; good until it is closed.  Stores that begin are a lock and zeros.  False:
 * `ret_failure` says in one line what is wrong. */
bool stores_open(struct stores *stores, const struct modem_plan *plan,
                 struct port_failure *ret_failure, struct nvm **ret_nvm);

/* How many changes are on the disk.  Any thread, until stores_close(). */
uint64_t stores_writes(struct stores *stores);

/* Closes those that are not in use any more, as `is_used` says: other processes may have their
 * folders then. */
void stores_keep(struct stores *stores, bool (*is_used)(void *ctx, const struct nvm *nvm),
                 void *ctx);

/* Closes all of them, after the modems. */
void stores_close(struct stores *stores);

#endif
