/* timer.c: the loop's timers, libuv's. */
#include "posix/timer.h"

#include "posix/now.h"

#include <assert.h>
#include <stdlib.h>

struct posix_timer {
    struct clock_timer base;
    uv_timer_t uv; /* its `data` is the whole */
    int64_t due_ms;
    uint32_t turn; /* of the loop, in which it was called last */
    clock_time_fn *on_time;
    void *ctx;
};

static void on_uv_timer(uv_timer_t *uv);

/* libuv counts from the time at which this turn of the loop began, which is already past. */
static void wait(struct posix_timer *timer, int64_t delay_ms)
{
    uv_update_time(timer->uv.loop);
    uv_timer_start(&timer->uv, on_uv_timer, (uint64_t)delay_ms, 0);
}

/* libuv's clock is a coarser one, and may be late by a tick: who was called asks posix_now_ms().
 *
 * libuv calls timers as long as one is due, also those that were started meanwhile: one that starts
 * itself for at once would have the loop see nothing else any more.  So each has one call a turn.
 */
static void on_uv_timer(uv_timer_t *uv)
{
    struct posix_timer *timer = uv->data;
    const struct posix_loop *loop = uv->loop->data;
    int64_t left_ms = timer->due_ms - posix_now_ms();

    if (left_ms > 0) {
        wait(timer, left_ms);
    } else if (timer->turn == loop->turn) {
        uv_timer_start(uv, on_uv_timer, 1, 0); /* and the time stands still, so not in this turn */
    } else {
        timer->turn = loop->turn;
        timer->on_time(timer->ctx);
    }
}

static void start(struct clock_timer *base, int64_t delay_ms)
{
    struct posix_timer *timer = (struct posix_timer *)base;

    timer->due_ms = posix_now_ms() + delay_ms;
    wait(timer, delay_ms);
}

static void cancel(struct clock_timer *base)
{
    uv_timer_stop(&((struct posix_timer *)base)->uv);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void free_timer(struct clock_timer *base)
{
    uv_close((uv_handle_t *)&((struct posix_timer *)base)->uv, on_closed);
}

static const struct clock_timer_ops ops = { .start = start, .cancel = cancel, .free = free_timer };

enum err posix_timer_new(struct posix_loop *loop, clock_time_fn *on_time, void *ctx,
                         struct clock_timer **ret_timer)
{
    struct posix_timer *timer = calloc(1, sizeof(*timer));

    assert(on_time != NULL);
    if (timer == NULL)
        return ERR_NO_MEMORY;
    uv_timer_init(&loop->uv, &timer->uv);
    timer->base.ops = &ops;
    timer->uv.data = timer;
    timer->on_time = on_time;
    timer->ctx = ctx;
    *ret_timer = &timer->base;
    return ERR_OK;
}
