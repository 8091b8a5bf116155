/* barrier.c: see barrier.h.  Somebody may set the machine's clock meanwhile, so it is looked at now
 * and then. */
#include "barrier.h"

#include "posix/now.h"

#include <inttypes.h>

enum { MS_IN_S = 1000, LOOK_MS = 5000 };

static int64_t left_ms(const struct barrier *barrier)
{
    return barrier->at_s * MS_IN_S - posix_utc_ms();
}

static void arm(struct barrier *barrier, int64_t ms)
{
    clock_timer_start(barrier->timer, ms < LOOK_MS ? ms : LOOK_MS);
}

static void on_time(void *ctx)
{
    struct barrier *barrier = ctx;
    int64_t ms = left_ms(barrier);

    if (ms > 0)
        arm(barrier, ms);
    else
        barrier->begin(barrier->ctx);
}

enum err barrier_wait(struct barrier *barrier, struct clock *clock, int64_t at_s,
                      void (*begin)(void *ctx), void *ctx, const struct log *log)
{
    enum err err;
    int64_t ms;

    *barrier = (struct barrier){ .at_s = at_s, .begin = begin, .ctx = ctx };
    ms = left_ms(barrier);
    if (ms <= 0) {
        log_say(log, LOG_WARNING, "start-at passed %" PRId64 " s ago: it begins at once",
                -ms / MS_IN_S);
        begin(ctx);
        return ERR_OK;
    }
    err = clock_new_timer(clock, on_time, barrier, &barrier->timer);
    if (err != ERR_OK)
        return err;
    log_say(log, LOG_INFO, "it begins in %" PRId64 " s", (ms + MS_IN_S - 1) / MS_IN_S);
    arm(barrier, ms);
    return ERR_OK;
}

void barrier_close(struct barrier *barrier)
{
    clock_timer_free(barrier->timer);
    *barrier = (struct barrier){ .timer = NULL };
}
