/* memory.h: nobody reads keys and passwords out of this process's memory. */
#ifndef SANDBOX_MEMORY_H
#define SANDBOX_MEMORY_H

#include "base/log.h"

/* From now on there is no core of this process (RLIMIT_CORE, which its children inherit, and
 * coredump_filter), and no other process of the same user may attach to it or read its memory
 * (PR_SET_DUMPABLE); root may.  Before anything secret is in memory.  What the kernel does not
 * allow is a warning in the log. */
void sandbox_hide_memory(const struct log *log);

#endif
