/* timer.c: being called when a time has come. */
#include "posix/timer.h"

#include "base/time.h"
#include "posix/clock.h"

#include <stdlib.h>

struct posix_timer {
    uv_timer_t uv; /* first member: its close callback frees the whole */
    void (*on_time)(void *ctx);
    void *ctx;
};

enum err posix_timer_new(struct posix_loop *loop, void (*on_time)(void *ctx), void *ctx,
                         struct posix_timer **ret_timer)
{
    struct posix_timer *timer = calloc(1, sizeof(*timer));

    if (timer == NULL)
        return ERR_NO_MEMORY;
    uv_timer_init(&loop->uv, &timer->uv);
    timer->on_time = on_time;
    timer->ctx = ctx;
    *ret_timer = timer;
    return ERR_OK;
}

static void on_uv_timer(uv_timer_t *uv)
{
    struct posix_timer *timer = (struct posix_timer *)uv;

    timer->on_time(timer->ctx);
}

void posix_timer_in(struct posix_timer *timer, int64_t delay_ms)
{
    /* libuv counts from the time at which this turn of the loop began, which is already past. */
    uv_update_time(timer->uv.loop);
    uv_timer_start(&timer->uv, on_uv_timer, delay_ms > 0 ? (uint64_t)delay_ms : 0, 0);
}

void posix_timer_at(struct posix_timer *timer, int64_t deadline_ms)
{
    if (deadline_ms == CLOCK_NEVER)
        uv_timer_stop(&timer->uv);
    else
        posix_timer_in(timer, deadline_ms - posix_now_ms());
}

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

void posix_timer_free(struct posix_timer *timer)
{
    if (timer != NULL)
        uv_close((uv_handle_t *)&timer->uv, on_closed);
}
