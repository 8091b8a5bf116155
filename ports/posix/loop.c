/* loop.c: the event loop, libuv's. */
#include "posix/loop.h"

#include "base/wipe.h"
#include "posix/errno_err.h"
#include "posix/now.h"

#include <assert.h>
#include <signal.h>

enum { CLOSE_STEP_MS = 20 };

static void on_turn(uv_prepare_t *turns)
{
    ((struct posix_loop *)turns->loop->data)->turn++;
}

enum err posix_loop_open(struct posix_loop *loop, const struct log *log)
{
    int status = uv_loop_init(&loop->uv);

    if (status < 0)
        return err_of_errno(-status);
    loop->log = log;
    loop->turn = 1; /* of no timer that was never called */
    uv_prepare_init(&loop->uv, &loop->turns);
    loop->uv.data = loop;
    uv_prepare_start(&loop->turns, on_turn);
    uv_unref((uv_handle_t *)&loop->turns); /* a loop with nothing else ends */
    /* A host that leaves is an error of write(), not the end of the process; so is a limit on the
     * size of files (setrlimit(2)), which is met as a full disk is. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return ERR_OK;
}

void posix_loop_run(struct posix_loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void posix_loop_stop(struct posix_loop *loop)
{
    uv_stop(&loop->uv);
}

void posix_loop_step(struct posix_loop *loop)
{
    uv_run(&loop->uv, UV_RUN_NOWAIT);
}

int posix_loop_fd(const struct posix_loop *loop)
{
    return uv_backend_fd(&loop->uv);
}

int posix_loop_wait_ms(const struct posix_loop *loop)
{
    /* Else it counts from when the loop last turned.  The loop is not const where it was made. */
    uv_update_time((uv_loop_t *)(uintptr_t)&loop->uv);
    return uv_backend_timeout(&loop->uv);
}

static void on_step(uv_timer_t *timer)
{
    (void)timer;
}

static bool close_within(struct posix_loop *loop, int64_t limit_ms)
{
    int64_t deadline_ms = posix_now_ms() + limit_ms;
    uv_timer_t step;

    while (uv_run(&loop->uv, UV_RUN_NOWAIT) != 0) {
        if (posix_now_ms() >= deadline_ms)
            return false;
        uv_timer_init(&loop->uv, &step);
        uv_timer_start(&step, on_step, CLOSE_STEP_MS, 0);
        uv_run(&loop->uv, UV_RUN_ONCE);
        uv_close((uv_handle_t *)&step, NULL);
        uv_run(&loop->uv, UV_RUN_NOWAIT);
    }
    return uv_loop_close(&loop->uv) == 0;
}

bool posix_loop_close(struct posix_loop *loop, int64_t limit_ms)
{
    bool closed;

    assert(limit_ms >= 0);
    uv_close((uv_handle_t *)&loop->turns, NULL);
    closed = close_within(loop, limit_ms);
    wipe(loop->scratch, sizeof(loop->scratch));
    return closed;
}

size_t posix_processors(void)
{
    return uv_available_parallelism();
}

const char *posix_loop_library_version(void)
{
    return uv_version_string();
}
