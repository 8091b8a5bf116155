/* port_open.h: a port of any kind. */
#ifndef POSIX_PORT_OPEN_H
#define POSIX_PORT_OPEN_H

#include "posix/port.h"
#include "posix/port_failure.h"

/* Opens a port; hosts may come from now on, their bytes wait.  Owned by the caller.  On failure
 * `ret_failure` says what is wrong and what to do.  ERR_BUSY: somebody else has it; ERR_INVALID,
 * ERR_NOT_FOUND, ERR_DENIED, ERR_FULL, ERR_NO_MEMORY, ERR_IO. */
enum err port_open(struct posix_loop *loop, const struct port_spec *spec,
                   struct port_failure *ret_failure, struct port **ret_port);

#endif
