/* around.h: a terminal that stands around another; what it does not care about goes on to that one
 * as it is. */
#ifndef WRAP_AROUND_H
#define WRAP_AROUND_H

#include "iface/channel.h"

/* First member of the owner's struct. */
struct around {
    struct terminal base;           /* drive this */
    const struct terminal_ops *own; /* NULL in it: inner's, which an own one may call itself */
    struct terminal *inner;         /* NULL: none yet, and nobody drives this */
};

/* One around `inner`, in memory of the owner's, where it stays.  Both are borrowed. */
void around_init(struct around *around, const struct terminal_ops *own, struct terminal *inner);

#endif
