/* link_watch.h: being told what becomes of an interface of the machine (rtnetlink(7)). */
#ifndef POSIX_LINK_WATCH_H
#define POSIX_LINK_WATCH_H

#include "posix/link_state.h"
#include "posix/loop.h"

/* One a loop, for all who follow an interface there. */
struct link_watch;

struct link_follower;

/* Begins to listen to the kernel; nothing is told before link_watch_follow().  ERR_DENIED,
 * ERR_UNSUPPORTED: this program may not, or the machine cannot; ERR_FULL; ERR_NO_MEMORY; ERR_IO. */
enum err link_watch_open(struct posix_loop *loop, struct link_watch **ret_watch);

/* Follows the interface `name`, which link_name_is_valid(), and need not be there; its state is
 * known at once.  `on_change` is told from the loop, after one or more changes; nothing that
 * follows may be left inside.  ERR_NO_MEMORY; ERR_IO: the kernel does not say what there is. */
enum err link_watch_follow(struct link_watch *watch, const char *name, void (*on_change)(void *ctx),
                           void *ctx, struct link_follower **ret_follower);

/* The interface as it is, good until the loop turns. */
const struct link_state *link_follower_state(const struct link_follower *follower);

/* Ends it, before its watch; NULL is nothing. */
void link_watch_leave(struct link_follower *follower);

/* Ends it; NULL is nothing. */
void link_watch_close(struct link_watch *watch);

#endif
