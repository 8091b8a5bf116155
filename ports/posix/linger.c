/* linger.c: TCP connections that were closed while bytes were on their way.
 *
 * close() of a socket with unread input, or input that comes after it, makes the kernel answer with
 * a reset, which throws away what was sent last, on this side or the peer's (RFC 1122, 4.2.2.13).
 * So input is read and forgotten until the peer has finished.
 */
#include "posix/linger.h"

#include "posix/timer.h"

#include <assert.h>
#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINGER_MS = 5000, FORGET_BYTES = 65536, READS_PER_TURN = 16 };

struct lingerer {
    struct linger_list *list;
    struct lingerer *next;
    struct fd_watch *watch;
    struct clock_timer *limit;
    int fd;
};

/* Forgets what has come; true when the peer has finished or the connection is gone. */
static bool drain(int fd)
{
    /* Linux forgets without copying (tcp(7), MSG_TRUNC).  The loop's scratch buffer would not do:
     * its bytes may just now be fed to the terminal that closes this connection. */
    static char nowhere[FORGET_BYTES];

    for (int i = 0; i < READS_PER_TURN; i++) {
        ssize_t count = recv(fd, nowhere, sizeof(nowhere), MSG_TRUNC);

        if (count == 0)
            return true;
        if (count < 0)
            return errno != EAGAIN && errno != EINTR;
    }
    return false;
}

static void end(struct lingerer *lingerer)
{
    struct lingerer **link = &lingerer->list->first;

    while (*link != lingerer)
        link = &(*link)->next;
    *link = lingerer->next;
    fd_watch_free(lingerer->watch);
    clock_timer_free(lingerer->limit);
    close(lingerer->fd);
    free(lingerer);
}

static void on_ready(void *ctx, int events)
{
    struct lingerer *lingerer = ctx;

    (void)events;
    if (drain(lingerer->fd))
        end(lingerer);
}

static void on_limit(void *ctx)
{
    end(ctx);
}

/* False when there is no memory to wait with. */
static bool start(struct linger_list *list, struct posix_loop *loop, int fd, struct fd_watch *watch)
{
    struct lingerer *lingerer = calloc(1, sizeof(*lingerer));

    if (lingerer == NULL)
        return false;
    *lingerer = (struct lingerer){ .list = list, .next = list->first, .watch = watch, .fd = fd };
    if (posix_timer_new(loop, on_limit, lingerer, &lingerer->limit) != ERR_OK) {
        free(lingerer);
        return false;
    }
    list->first = lingerer;
    clock_timer_start(lingerer->limit, LINGER_MS);
    fd_watch_hand_over(watch, on_ready, lingerer);
    fd_watch_want(watch, FD_READABLE);
    return true;
}

void linger_close(struct linger_list *list, struct posix_loop *loop, int fd, struct fd_watch *watch)
{
    int unacknowledged = 0;

    assert(fd >= 0);
    ioctl(fd, SIOCOUTQ, &unacknowledged); /* first: it would count our FIN too */
    shutdown(fd, SHUT_WR);
    if (!drain(fd) && unacknowledged > 0 && start(list, loop, fd, watch))
        return;
    fd_watch_free(watch);
    close(fd);
}

void linger_end_all(struct linger_list *list)
{
    while (list->first != NULL)
        end(list->first);
}
