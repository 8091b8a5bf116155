/* fd_watch.h: being told when a file descriptor can be read or written. */
#ifndef POSIX_FD_WATCH_H
#define POSIX_FD_WATCH_H

#include "posix/loop.h"

/* FD_LEFT: the other side sends no more, though what it has sent may not be read yet. */
enum { FD_READABLE = UV_READABLE, FD_WRITABLE = UV_WRITABLE, FD_LEFT = UV_DISCONNECT };

struct fd_watch;

/* `events`: those of the wanted ones that may be tried now.  An error on the descriptor counts as
 * all of them, so that the next read or write brings it out. */
typedef void fd_watch_fn(void *ctx, int events);

/* Makes `fd` non-blocking and watches it, for nothing yet.  `fd` stays the caller's; there may be
 * one watch for a descriptor.  Regular files, which are always ready, are fine.
 * ERR_NO_MEMORY; ERR_FULL; ERR_IO. */
enum err fd_watch_new(struct posix_loop *loop, int fd, fd_watch_fn *on_ready, void *ctx,
                      struct fd_watch **ret_watch);

/* Which events to report from now on, level-triggered; 0: none. */
void fd_watch_want(struct fd_watch *watch, int events);

/* From now on `on_ready` is called instead, also for what is wanted already: whose watch it is has
 * changed. */
void fd_watch_hand_over(struct fd_watch *watch, fd_watch_fn *on_ready, void *ctx);

/* No call comes after this; the descriptor may be closed at once.  NULL is nothing. */
void fd_watch_free(struct fd_watch *watch);

#endif
