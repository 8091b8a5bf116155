/* house.h: the modems of a run, as control finds them: what the program has to say.
 *
 * Everything is called in the master's thread of the fleet.
 */
#ifndef CONTROL_HOUSE_H
#define CONTROL_HOUSE_H

#include "base/text.h"
#include "control/hand.h"
#include "laboratory/watch.h"
#include "runtime/fleet.h"

/* A modem as the program has it; good until modems come or go. */
struct house_modem {
    const char *name;
    const char *model;
    size_t index; /* of the fleet */
    size_t ports;
    struct hand *hand;
    const struct lab_watch *watch; /* looks on at what control does to it; NULL: nobody does */
};

struct house_ops {
    size_t (*count)(void *ctx);
    /* The modem `number`, from 0. */
    struct house_modem (*at)(void *ctx, size_t number);
    /* Opens one more, as `entry`, which is YAML, says it in a list of modems; it is the last one
     * then.  ERR_INVALID: the entry is wrong; ERR_BUSY: the name, or a port, is taken; others as
     * fleet_add() has them.  `why` says it. */
    enum err (*add)(void *ctx, struct span entry, struct text *why);
    /* Closes one. */
    void (*remove)(void *ctx, size_t number);
};

struct house {
    const struct house_ops *ops;
    void *ctx;
    struct fleet *fleet;
};

#endif
