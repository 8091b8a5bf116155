/* loop.h: the event loop that everything in this folder runs on. */
#ifndef POSIX_LOOP_H
#define POSIX_LOOP_H

#include "base/err.h"
#include "base/log.h"

#include <stdbool.h>
#include <uv.h>

enum { POSIX_SCRATCH_BYTES = 16384 };

/* One thread's loop.  Nothing that was opened on it may outlive it. */
struct posix_loop {
    uv_loop_t uv;
    const struct log *log;
    uint32_t turn;      /* how often it has waited for its descriptors; timer.c asks */
    uv_prepare_t turns; /* counts them */
    /* For one read and what is done with it at once: shared, so that an idle port owns no buffer.
     */
    uint8_t scratch[POSIX_SCRATCH_BYTES];
};

/* Makes a loop; `log` (may be NULL) is borrowed until posix_loop_close().  Makes the process ignore
 * SIGPIPE and SIGXFSZ.  ERR_FULL: no file descriptors left; ERR_NO_MEMORY; ERR_IO. */
enum err posix_loop_open(struct posix_loop *loop, const struct log *log);

/* Runs until posix_loop_stop(), or until nothing is left that could happen. */
void posix_loop_run(struct posix_loop *loop);

/* Makes posix_loop_run() return once the callback that calls this has; from the loop only. */
void posix_loop_stop(struct posix_loop *loop);

/* Lets happen what can happen now, and does not wait.  Not from inside a callback of the loop. */
void posix_loop_step(struct posix_loop *loop);

/* A descriptor that becomes readable when there is something to step for; the loop's own. */
int posix_loop_fd(const struct posix_loop *loop);

/* For how many milliseconds from now nothing is due; -1: until the descriptor is readable. */
int posix_loop_wait_ms(const struct posix_loop *loop);

/* Lets everything that was closed finish, and frees the loop.  False: something on it was not
 * closed, and is open after `limit_ms` still; then the memory is in use. */
bool posix_loop_close(struct posix_loop *loop, int64_t limit_ms);

/* How many threads of this process can run at the same moment; at least 1. */
size_t posix_processors(void);

/* The version of libuv in use; static. */
const char *posix_loop_library_version(void);

#endif
