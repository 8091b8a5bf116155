/* filter.h: from some moment on the process makes only those system calls that it needs (seccomp,
 * by libseccomp). */
#ifndef SANDBOX_FILTER_H
#define SANDBOX_FILTER_H

#include "base/err.h"
#include "base/log.h"

#include <stdbool.h>

/* For all threads, the children, and for good: there is no way back.  Another call than the allowed
 * ones fails with EPERM, and sandbox_filter_tell() says so once for each.  `starts_programs`: what
 * nobody has business with is refused alone, also to what is started, which it ends (SIGSYS);
 * neither the process nor its children gain rights by execve() any more.  Once in a process.
 * Threads leave SIGSYS alone: one that blocks it ends the process.
 * ERR_UNSUPPORTED: this kernel or processor has no filter, or the build none, then nothing has
 * changed; ERR_NO_MEMORY; ERR_FULL: no descriptors. */
enum err sandbox_filter_start(bool starts_programs);

/* Readable when there is something to tell; of the process. */
int sandbox_filter_fd(void);

/* Says in the log which calls have failed since; does not wait. */
void sandbox_filter_tell(const struct log *log);

#endif
