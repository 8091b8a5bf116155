/* uplink.h: a modem whose radio is an interface of the machine.
 *
 * Where the interface is up and has an address, the network has the modem; where it is not, the
 * modem is out of coverage, and what it has open is lost.  Its connections come from the interface,
 * whatever address that has.  Its signal may be what a command says.
 */
#ifndef RUNTIME_UPLINK_H
#define RUNTIME_UPLINK_H

#include "iface/net.h"
#include "posix/port_failure.h"
#include "runtime/world.h"
#include "tlsmodem.h"

struct uplink;

/* What is pointed to is borrowed until uplink_close(). */
struct uplink_config {
    const char *interface;      /* that link_name_is_valid(), and need not be there; NULL: none */
    const char *signal_command; /* runtime/signal_command.h; NULL: none */
    const char *name;           /* of the modem */
    const struct log *log;
    enum tlsmodem_registration registration; /* where the interface is up */
};

/* Begins to follow.  `*net` is the modem's network, and is one in front of it then, where there is
 * an interface.  Errors are those of link_watch_open() and link_watch_follow(). */
enum err uplink_open(struct runtime_world *world, const struct uplink_config *config,
                     struct net **net, struct port_failure *ret_failure,
                     struct uplink **ret_uplink);

/* True when it follows an interface, not a signal alone. */
bool uplink_has_interface(const struct uplink *uplink);

/* What the network makes of the modem now. */
enum tlsmodem_registration uplink_registration(const struct uplink *uplink);

/* From now on `engine`, which is borrowed, is told. */
void uplink_start(struct uplink *uplink, struct tlsmodem *engine);

/* The engine is not told any more. */
void uplink_stop(struct uplink *uplink);

/* Ends it, after the engine; NULL is nothing. */
void uplink_close(struct uplink *uplink);

#endif
