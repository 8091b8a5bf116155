/* fault_storage.h: non-volatile memory that is full, worn or slow when a fault says so. */
#ifndef WRAP_FAULT_STORAGE_H
#define WRAP_FAULT_STORAGE_H

#include "iface/clock.h"
#include "iface/storage.h"
#include "wrap/fault_set.h"

/* The caller's; its members are of this file. */
struct fault_storage {
    struct storage base; /* who uses it has this */
    const struct storage *inner;
    struct fault_set *set;
    struct clock *clock;
    struct clock_timer *timer;
    uint64_t applied;      /* changes that were made */
    int64_t slow_until_ms; /* the last of them is safe then; CLOCK_NEVER: it is not slow */
    void (*on_settled)(void *ctx, enum err err);
    void *ctx;
};

/* Makes a storage that is `inner`, with the faults of `set`; all is borrowed until
 * fault_storage_deinit(), `clock` has timers.  ERR_NO_MEMORY. */
enum err fault_storage_init(struct fault_storage *storage, const struct storage *inner,
                            struct fault_set *set, struct clock *clock);

/* Frees what it has; of a zeroed one nothing. */
void fault_storage_deinit(struct fault_storage *storage);

#endif
