/* counted_log.c: see counted_log.h. */
#include "counted_log.h"

#include "posix/now.h"

static void arm(struct counted_log *counted)
{
    if (counted->timer != NULL)
        clock_timer_at(counted->clock, counted->timer, log_repeats_deadline(&counted->repeats));
}

static void write_line(void *ctx, const char *tag, const char *text)
{
    struct counted_log *counted = ctx;

    log_repeats_write(&counted->repeats, tag, text);
    arm(counted);
}

static void on_time(void *ctx)
{
    struct counted_log *counted = ctx;

    log_repeats_tick(&counted->repeats);
    arm(counted);
}

void counted_log_init(struct counted_log *counted, const struct log *log)
{
    counted->log = *log;
    counted->clock = NULL;
    counted->timer = NULL;
    log_repeats_init(&counted->repeats, log->write, log->ctx, posix_now_ms);
    if (log->traced != 0)
        return;
    counted->log.write = write_line;
    counted->log.ctx = counted;
}

void counted_log_start(struct counted_log *counted, struct clock *clock)
{
    counted->clock = clock;
    if (clock_new_timer(clock, on_time, counted, &counted->timer) != ERR_OK)
        counted->timer = NULL;
    arm(counted);
}

void counted_log_end(struct counted_log *counted)
{
    clock_timer_free(counted->timer);
    counted->timer = NULL;
    log_repeats_flush(&counted->repeats);
}
