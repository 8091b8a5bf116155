/* link_state.h: one interface of the machine, as the kernel's messages of links and addresses have
 * it (rtnetlink(7)).
 *
 * Pure: it is given messages, of all interfaces, and knows no socket.
 */
#ifndef POSIX_LINK_STATE_H
#define POSIX_LINK_STATE_H

#include "base/span.h"
#include "iface/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINK_NAME_CAP = 16, LINK_ADDRESSES_MAX = 16 };

/* An address of the interface.  What comes beyond LINK_ADDRESSES_MAX is not known. */
struct link_address {
    struct net_address address; /* its scope is the interface */
    bool is_usable;             /* not of this link or machine alone, and no doubt about it */
    bool is_old;                /* for what began with it (RFC 4862, deprecated) */
};

struct link_state {
    char name[LINK_NAME_CAP];
    uint32_t index;  /* 0: there is no such interface */
    bool is_enabled; /* by who administers it */
    bool is_running; /* and it has its carrier, or knows of none */
    struct link_address addresses[LINK_ADDRESSES_MAX];
    size_t address_count;
};

/* True for what may be the name of an interface: 1 to 15 bytes, neither blank nor slash nor colon,
 * not "." and not "..". */
bool link_name_is_valid(const char *name);

/* The interface `name`, which is valid, of which nothing is known: as if there were none. */
void link_state_init(struct link_state *state, const char *name);

/* Takes one message: `type` and what is behind the header of struct nlmsghdr.  One that is cut, or
 * of something else, changes nothing. */
void link_state_take(struct link_state *state, uint16_t type, struct span body);

/* The address of that family that connections come from; false: none that can be used. */
bool link_state_address(const struct link_state *state, enum net_family family,
                        struct net_address *ret_address);

/* True when connections can leave by it. */
bool link_state_is_up(const struct link_state *state);

/* Why it is not up, in words; static. */
const char *link_state_why(const struct link_state *state);

/* True while the interface has that address, in use or not. */
bool link_state_has(const struct link_state *state, const struct net_address *address);

#endif
