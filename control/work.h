/* work.h: a call on its way from the web server's thread to the master's and back.
 *
 * Whoever waits may give up: then the call is done all the same, and freed by who did it.
 */
#ifndef CONTROL_WORK_H
#define CONTROL_WORK_H

#include "control/routes.h"

#include <pthread.h>

/* Where calls are done, one after the other. */
struct work_desk {
    const struct house *house;
    struct mailbox *mailbox; /* of the master */
    pthread_mutex_t lock;
    pthread_cond_t is_done;
    /* Under the lock, as each work's own members are. */
    bool is_closed;
    struct work *first; /* owned: those that were posted, and are not done yet */
};

/* `house` is borrowed until work_desk_close(). */
void work_desk_open(struct work_desk *desk, const struct house *house);

/* From the master's thread: who waits is let go, and nobody will come. */
void work_desk_shut(struct work_desk *desk);

/* After work_desk_shut(), in the same thread, when nobody can wait any more. */
void work_desk_close(struct work_desk *desk);

/* From one other thread: has the route's call done for the modem `name`, waiting `limit_ms` at
 * most. Takes over `call->body`.  True: `call` has the answer.  False: there is none (yet). */
bool work_do(struct work_desk *desk, const struct route *route, struct call *call,
             int64_t limit_ms);

#endif
