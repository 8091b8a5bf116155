/* stores.h: the state folders of a run, each opened once however many modems keep theirs in it. */
#ifndef DAEMON_STORES_H
#define DAEMON_STORES_H

#include "nvm_sqlite/nvm_sqlite.h"
#include "plan/modem_plan.h"
#include "posix/port_failure.h"

struct store;

struct stores {
    struct store *list;
    size_t count;
};

/* Opens the folder of a plan unless it is open: its store in `ret_nvm`, NULL for a modem that
 * stores nothing; good until stores_close().  Zeroed `stores` are none.  False: `ret_failure` says
 * in one line what is wrong. */
bool stores_open(struct stores *stores, const struct modem_plan *plan,
                 struct port_failure *ret_failure, struct nvm **ret_nvm);

/* Closes all of them, after the modems. */
void stores_close(struct stores *stores);

#endif
