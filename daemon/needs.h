/* needs.h: whether this process may have what its modems need. */
#ifndef DAEMON_NEEDS_H
#define DAEMON_NEEDS_H

#include "plan/modem_plan.h"

#include <stddef.h>

/* What a list of modems needs of the system at least, with a host at each port, and no connection
 * of a module but one for each host inside whose transcript dials. */
struct needs {
    size_t descriptors, ptys;
};

/* Adds up. */
struct needs needs_of(const struct modem_plans *plans, size_t threads);

enum { NEEDS_WHY_CAP = 300 };

/* Raises the limit of descriptors as far as this process may, and compares.  False: `ret_why`
 * (NEEDS_WHY_CAP bytes) has the numbers, and what to do. */
bool needs_allowed(const struct needs *need, char *ret_why);

#endif
