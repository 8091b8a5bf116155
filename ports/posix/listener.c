/* listener.c: a listening socket as a port: one host at a time, the others wait in the backlog.
 *
 * A host that waits hears nothing, since whatever it heard it would take for the module's; the log
 * says why it waits.
 */
#include "posix/listener.h"

#include "posix/errno_err.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A host that reconnects may knock before it is seen to have left: that is not worth a word. */
enum { BACKLOG = 8, RETRY_MS = 1000, OVERLAP_MS = 1000 };

static void drop_host(struct listener *listener)
{
    fd_channel_leave(&listener->base.channel);
    if (listener->host_fd >= 0)
        close(listener->host_fd);
    listener->host_fd = -1;
}

static void on_hangup(void *owner)
{
    struct listener *listener = owner;

    if (listener->host_fd < 0)
        return;
    if (!fd_channel_is_over(&listener->base.channel)) {
        if (listener->base.channel.left)
            fd_channel_hurry(&listener->base.channel);
        return;
    }
    log_trace(listener->base.loop->log, TRACE_PORT, "%s: the host has left", listener->base.label);
    drop_host(listener);
    listener->knocked = false;
    fd_channel_farewell(&listener->base.channel);
    fd_watch_want(listener->watch, FD_READABLE);
    if (listener->on_left != NULL)
        listener->on_left(listener);
}

/* Without descriptors or memory the backlog would wake us all the time. */
static void pause_listening(struct listener *listener, const char *why)
{
    log_say(listener->base.loop->log, LOG_WARNING, "%s: cannot accept a host: %s; trying again",
            listener->base.label, why);
    fd_watch_want(listener->watch, 0);
    clock_timer_start(listener->retry, RETRY_MS);
}

static void on_retry(void *ctx)
{
    struct listener *listener = ctx;

    if (listener->host_fd < 0)
        fd_watch_want(listener->watch, FD_READABLE);
    else if (listener->knocked)
        log_say(listener->base.loop->log, LOG_WARNING,
                "%s: a second host has connected and waits, unheard, until the first leaves; give "
                "the modem one more port for it",
                listener->base.label);
}

/* One word for each host that others wait for: the backlog would wake us all the time. */
static void note_waiting(struct listener *listener)
{
    fd_watch_want(listener->watch, 0);
    listener->knocked = true;
    clock_timer_start(listener->retry, OVERLAP_MS);
}

enum err listener_seat(struct listener *listener, int host_fd)
{
    enum err err;

    assert(host_fd >= 0 && listener->host_fd < 0);
    if (listener->prepare != NULL)
        listener->prepare(listener, host_fd);
    log_trace(listener->base.loop->log, TRACE_PORT, "%s: a host has come", listener->base.label);
    listener->host_fd = host_fd;
    err = fd_channel_join(&listener->base.channel, host_fd, host_fd);
    if (err != ERR_OK) {
        drop_host(listener);
        pause_listening(listener, err_text(err));
    }
    return err;
}

static void on_knock(void *ctx, int events)
{
    struct listener *listener = ctx;
    int fd;

    (void)events;
    if (listener->host_fd >= 0) {
        note_waiting(listener);
        return;
    }
    fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            pause_listening(listener, strerror(errno));
        return;
    }
    if (listener->greet != NULL)
        listener->greet(listener, fd);
    else
        (void)listener_seat(listener, fd);
}

void listener_init(struct listener *listener, struct posix_loop *loop,
                   void (*prepare)(struct listener *listener, int host_fd))
{
    assert(loop != NULL);
    listener->base.loop = loop;
    listener->fd = listener->host_fd = -1;
    listener->prepare = prepare;
    listener->greet = NULL;
    listener->on_left = NULL;
    fd_channel_init(&listener->base.channel, &fd_channel_ops, loop, on_hangup, listener);
}

enum err listener_start(struct listener *listener, int fd)
{
    struct posix_loop *loop = listener->base.loop;
    enum err err;

    assert(fd >= 0 && listener->fd < 0);
    listener->fd = fd;
    if (listen(fd, BACKLOG) < 0)
        return err_of_errno(errno);
    err = posix_timer_new(loop, on_retry, listener, &listener->retry);
    if (err == ERR_OK)
        err = fd_watch_new(loop, fd, on_knock, listener, &listener->watch);
    if (err == ERR_OK)
        fd_watch_want(listener->watch, FD_READABLE);
    return err;
}

void listener_deinit(struct listener *listener)
{
    drop_host(listener);
    fd_channel_deinit(&listener->base.channel);
    clock_timer_free(listener->retry);
    fd_watch_free(listener->watch);
    if (listener->fd >= 0)
        close(listener->fd);
}
