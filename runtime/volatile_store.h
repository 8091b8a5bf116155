/* volatile_store.h: iface/storage.h in memory: what a modem without a folder stores outlives its
 * own restarts, as non-volatile memory does, and ends with the program. */
#ifndef RUNTIME_VOLATILE_STORE_H
#define RUNTIME_VOLATILE_STORE_H

#include "iface/storage.h"

struct volatile_entry;

/* All zero is an empty one. */
struct volatile_store {
    struct volatile_entry *entries; /* owned */
};

/* What an engine is given; borrows `store`. */
struct storage volatile_store_iface(struct volatile_store *store);

/* Wipes and frees all of it; nobody may use what volatile_store_iface() gave after it. */
void volatile_store_clear(struct volatile_store *store);

#endif
