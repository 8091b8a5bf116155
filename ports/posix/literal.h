/* literal.h: addresses as text, which no resolver has to be asked for. */
#ifndef POSIX_LITERAL_H
#define POSIX_LITERAL_H

#include "iface/net.h"
#include "posix/loop.h"

#include <stdbool.h>

/* Reads an IPv4 or IPv6 address as hosts write it: an IPv6 one may have a %zone and stand in
 * brackets.  False when `text` is none.  Never waits. */
bool posix_literal_read(const char *text, struct net_address *ret_address);

/* net_resolve() of iface/net.h on `loop` for such a text, answered in the loop's next turn.
 * ERR_RESOLVE: it is no address; ERR_NO_MEMORY. */
enum err posix_literal(struct posix_loop *loop, const char *text, net_resolved_fn *on_resolved,
                       void *ctx, struct net_query **ret_query);

#endif
