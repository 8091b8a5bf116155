/* guard.h: a network that is entered only where its owner has allowed it.
 *
 * It stands next to the network, behind every look-up and every other wrapper, so it sees where a
 * connection really goes: whatever service opens it, and whoever said the address.  What is refused
 * is ERR_UNREACHABLE, as if there were no way, and the log says why.  Connections that come in are
 * not its business.
 */
#ifndef WRAP_GUARD_H
#define WRAP_GUARD_H

#include "wrap/wrapper.h"

/* By words, those of guard_rules.h. */
extern const struct wrapper guard_wrapper;

#endif
