/* progress.h: on a terminal, how far something is that takes longer than a second. */
#ifndef DAEMON_PROGRESS_H
#define DAEMON_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One piece of work of `total` parts. */
struct progress {
    const char *what; /* "opening modems": static */
    size_t total;     /* may grow */
    int64_t begun_ms, said_ms;
    bool is_shown; /* standard error is a terminal, and not the module's own */
    bool said;
};

/* Whether standard error is a terminal. */
bool progress_is_possible(void);

/* The work begins.  `may_show`: nobody else uses the terminal. */
void progress_begin(struct progress *progress, const char *what, size_t total, bool may_show);

/* So many parts are done: after a second a line says so, anew now and then, each over the one
 * before.
 */
void progress_tell(struct progress *progress, size_t done);

/* The work is done: the line goes. */
void progress_end(struct progress *progress);

#endif
