/* linger.h: TCP connections that were closed while bytes were on their way. */
#ifndef POSIX_LINGER_H
#define POSIX_LINGER_H

#include "posix/fd_watch.h"

struct lingerer;

struct linger_list {
    struct lingerer *first;
};

/* Closes the connected socket `fd`, now or, when the peer has not acknowledged all that was sent,
 * after it has finished too, but within a few seconds.  Takes over `watch`, which is of `fd`. */
void linger_close(struct linger_list *list, struct posix_loop *loop, int fd,
                  struct fd_watch *watch);

/* Closes those that are left, at once. */
void linger_end_all(struct linger_list *list);

#endif
