/* calls.h: the system calls that the filter knows, by name: one that this processor has not is
 * passed over. */
#ifndef SANDBOX_CALLS_H
#define SANDBOX_CALLS_H

/* All that a run needs that starts no other program; NULL at the end. */
extern const char *const sandbox_calls[];

/* What neither the program nor a command that it starts has business with; NULL at the end. */
extern const char *const sandbox_never[];

#endif
