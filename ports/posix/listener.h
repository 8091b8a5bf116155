/* listener.h: a listening socket as a port: one host at a time, the others wait in the backlog. */
#ifndef POSIX_LISTENER_H
#define POSIX_LISTENER_H

#include "posix/port.h"
#include "posix/timer.h"

/* First member of a kind's own struct. */
struct listener {
    struct port base;
    int fd;       /* listening; -1 when not */
    int host_fd;  /* -1: nobody is there */
    bool knocked; /* another host waits for the one that is there */
    struct fd_watch *watch;
    struct clock_timer *retry;
    /* A host has come: sets its connection's options, forgets the one before; may be NULL. */
    void (*prepare)(struct listener *listener, int host_fd);
    /* A host has come: takes its connection over, until listener_seat(); others may come meanwhile.
     * NULL: it is seated at once. */
    void (*greet)(struct listener *listener, int host_fd);
    /* The seat is free again; may be NULL. */
    void (*on_left)(struct listener *listener);
};

/* Fills in all but base.ops and base.label; `greet` and `on_left` are NULL. */
void listener_init(struct listener *listener, struct posix_loop *loop,
                   void (*prepare)(struct listener *listener, int host_fd));

/* Takes over the bound socket `fd`, which listener_deinit() closes, and listens.  A host that
 * leaves makes room for the next, which finds the terminal as it is but for half a line, a prompt
 * and answers that were the other's. ERR_NO_MEMORY; ERR_FULL;
 * ERR_BUSY: the address has another listener; ERR_IO. */
enum err listener_start(struct listener *listener, int fd);

/* Seats a host that was greeted, where nobody is: `host_fd` belongs to the listener.  Fails without
 * memory or descriptors; then it was hung up on, and the seat is free. */
enum err listener_seat(struct listener *listener, int host_fd);

/* Closes what is open.  The struct stays the caller's. */
void listener_deinit(struct listener *listener);

#endif
