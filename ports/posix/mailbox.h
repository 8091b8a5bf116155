/* mailbox.h: how other threads have something done in the thread of a loop. */
#ifndef POSIX_MAILBOX_H
#define POSIX_MAILBOX_H

#include "posix/loop.h"

#include <pthread.h>

struct mailbox;

/* One thing to be done.  The sender's memory; zeroed before its first use. */
struct letter {
    void (*open)(struct letter *letter);
    /* The mailbox's own. */
    struct letter *next;
    bool posted;
};

struct mailbox {
    pthread_mutex_t lock;
    uv_async_t bell;
    /* Under the lock, as each letter's own members are. */
    struct letter *first, **end;
    size_t count;
    bool is_open;
};

/* Makes a mailbox in memory of the caller's, in the thread of `loop`, which it does not keep from
 * ending (posix_mailbox_hold()).  ERR_FULL: no descriptors left; ERR_NO_MEMORY; ERR_IO: then there
 * is nothing to close. */
enum err posix_mailbox_open(struct mailbox *mailbox, struct posix_loop *loop);

/* Has posix_loop_run() wait for letters when nothing else can happen any more.  From the loop's
 * thread, or before it runs. */
void posix_mailbox_hold(struct mailbox *mailbox);

/* Any thread, while the mailbox is open: letter->open() is called once, from the loop, in the order
 * of posting; all that was done before is seen there.  From open() on the letter is the sender's
 * again and may be freed or posted anew.  False: it was posted before and is not opened yet, then
 * it is opened once. */
bool posix_mailbox_post(struct mailbox *mailbox, struct letter *letter);

/* Takes a letter back that may have been posted; from the loop's thread.  Nobody may post it
 * meanwhile. */
void posix_mailbox_withdraw(struct mailbox *mailbox, struct letter *letter);

/* Nobody posts any more, and what was posted is not opened.  From the loop's thread, or when that
 * has ended; then close the loop.  A zeroed mailbox is nothing. */
void posix_mailbox_close(struct mailbox *mailbox);

#endif
