/* fd_watch.c: uv_poll_t, and uv_idle_t where epoll has nothing to wait for. */
#include "posix/fd_watch.h"

#include "posix/errno_err.h"

#include <assert.h>
#include <stdlib.h>

struct fd_watch {
    union {
        uv_handle_t any;
        uv_poll_t poll;
        uv_idle_t idle;
    } handle; /* first member: its close callback frees the whole */
    bool always_ready;
    int wanted;
    fd_watch_fn *on_ready;
    void *ctx;
};

static void on_poll(uv_poll_t *poll, int status, int events);

static size_t power_of_two_from(size_t least)
{
    size_t power = 1;

    while (power < least)
        power *= 2;
    return power;
}

/* libuv's list of watches grows when one of a high descriptor starts, and without memory for that
 * it ends the process: so it grows here, where it can be told. */
static bool make_room(struct posix_loop *loop, struct fd_watch *watch, int fd)
{
    void *volatile probe; /* or the compiler would do without */

    if ((unsigned)fd < loop->uv.nwatchers)
        return true;
    probe = malloc(power_of_two_from((size_t)fd + 3) * sizeof(void *));
    if (probe == NULL)
        return false;
    free(probe);
    uv_poll_start(&watch->handle.poll, UV_READABLE, on_poll);
    uv_poll_stop(&watch->handle.poll);
    return true;
}

enum err fd_watch_new(struct posix_loop *loop, int fd, fd_watch_fn *on_ready, void *ctx,
                      struct fd_watch **ret_watch)
{
    struct fd_watch *watch = calloc(1, sizeof(*watch));
    int status;

    assert(fd >= 0 && on_ready != NULL);
    if (watch == NULL)
        return ERR_NO_MEMORY;
    status = uv_poll_init(&loop->uv, &watch->handle.poll, fd);
    if (status == UV_EPERM) { /* epoll's answer for regular files and /dev/null */
        watch->always_ready = true;
        status = uv_idle_init(&loop->uv, &watch->handle.idle);
    }
    if (status < 0) {
        free(watch);
        return err_of_errno(-status);
    }
    if (!watch->always_ready && !make_room(loop, watch, fd)) {
        fd_watch_free(watch);
        return ERR_NO_MEMORY;
    }
    watch->on_ready = on_ready;
    watch->ctx = ctx;
    *ret_watch = watch;
    return ERR_OK;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct fd_watch *watch = (struct fd_watch *)poll;

    if (status < 0) {
        /* libuv stops a watch at POLLERR; go on until the owner has seen the error. */
        events = watch->wanted;
        uv_poll_start(poll, watch->wanted, on_poll);
    }
    events &= watch->wanted;
    if (events != 0)
        watch->on_ready(watch->ctx, events);
}

static void on_idle(uv_idle_t *idle)
{
    struct fd_watch *watch = (struct fd_watch *)idle;

    watch->on_ready(watch->ctx, watch->wanted);
}

void fd_watch_want(struct fd_watch *watch, int events)
{
    assert((events & ~(FD_READABLE | FD_WRITABLE | FD_LEFT)) == 0);
    if (events == watch->wanted)
        return;
    watch->wanted = events;
    if (!watch->always_ready)
        uv_poll_start(&watch->handle.poll, events, on_poll);
    else if (events != 0)
        uv_idle_start(&watch->handle.idle, on_idle);
    else
        uv_idle_stop(&watch->handle.idle);
}

void fd_watch_hand_over(struct fd_watch *watch, fd_watch_fn *on_ready, void *ctx)
{
    watch->on_ready = on_ready;
    watch->ctx = ctx;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

void fd_watch_free(struct fd_watch *watch)
{
    if (watch == NULL)
        return;
    watch->wanted = 0;
    uv_close(&watch->handle.any, on_closed);
}
