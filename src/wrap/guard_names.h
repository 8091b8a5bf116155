/* guard_names.h: which name has led to an address, of the last look-ups of a modem. */
#ifndef WRAP_GUARD_NAMES_H
#define WRAP_GUARD_NAMES_H

#include "iface/net.h"

#include <stdbool.h>

enum { GUARD_NAMES_MAX = 64 };

/* Zeroed: none. */
struct guard_names {
    struct {
        struct net_address address;
        char *name; /* NULL: empty */
    } list[GUARD_NAMES_MAX];
    size_t next; /* the oldest, whose place the next one takes */
};

/* Of an address the last name counts.  False: no memory, and none is known for it. */
bool guard_names_note(struct guard_names *names, const char *name,
                      const struct net_address *address);

/* The last name that led to it; NULL: none that is known. */
const char *guard_names_of(const struct guard_names *names, const struct net_address *address);

/* Forgets all. */
void guard_names_clear(struct guard_names *names);

#endif
