/* counted_log.c: see counted_log.h. */
#include "counted_log.h"

#include "posix/now.h"

#include <stddef.h>

/* In the master's thread. */
static void arm(struct counted_log *counted)
{
    int64_t deadline_ms;

    pthread_mutex_lock(&counted->lock);
    deadline_ms = log_repeats_deadline(&counted->repeats);
    pthread_mutex_unlock(&counted->lock);
    if (counted->timer != NULL)
        clock_timer_at(&counted->master->clock.base, counted->timer, deadline_ms);
}

static void on_letter(struct letter *letter)
{
    arm((struct counted_log *)((char *)letter - offsetof(struct counted_log, letter)));
}

static void write_line(void *ctx, const char *tag, const char *text)
{
    struct counted_log *counted = ctx;
    bool is_waiting;

    pthread_mutex_lock(&counted->lock);
    log_repeats_write(&counted->repeats, tag, text);
    is_waiting = log_repeats_deadline(&counted->repeats) != CLOCK_NEVER;
    if (counted->master != NULL && is_waiting)
        posix_mailbox_post(&counted->master->mailbox, &counted->letter);
    pthread_mutex_unlock(&counted->lock);
}

static void on_time(void *ctx)
{
    struct counted_log *counted = ctx;

    pthread_mutex_lock(&counted->lock);
    log_repeats_tick(&counted->repeats);
    pthread_mutex_unlock(&counted->lock);
    arm(counted);
}

void counted_log_init(struct counted_log *counted, const struct log *log, bool of_many)
{
    *counted = (struct counted_log){ .log = *log, .letter.open = on_letter };
    pthread_mutex_init(&counted->lock, NULL);
    log_repeats_init(&counted->repeats, log->write, log->ctx, posix_now_ms);
    if (of_many)
        log_repeats_of_many(&counted->repeats);
    if (log->traced != 0)
        return;
    counted->log.write = write_line;
    counted->log.ctx = counted;
}

void counted_log_start(struct counted_log *counted, struct runtime_world *master)
{
    if (clock_new_timer(&master->clock.base, on_time, counted, &counted->timer) != ERR_OK)
        counted->timer = NULL;
    pthread_mutex_lock(&counted->lock);
    counted->master = master;
    pthread_mutex_unlock(&counted->lock);
    arm(counted);
}

void counted_log_tell(struct counted_log *counted)
{
    pthread_mutex_lock(&counted->lock);
    log_repeats_flush(&counted->repeats);
    pthread_mutex_unlock(&counted->lock);
}

void counted_log_end(struct counted_log *counted)
{
    struct runtime_world *master = counted->master;

    pthread_mutex_lock(&counted->lock);
    counted->master = NULL;
    log_repeats_flush(&counted->repeats);
    pthread_mutex_unlock(&counted->lock);
    if (master != NULL)
        posix_mailbox_withdraw(&master->mailbox, &counted->letter);
    clock_timer_free(counted->timer);
    counted->timer = NULL;
}

void counted_log_deinit(struct counted_log *counted)
{
    pthread_mutex_destroy(&counted->lock);
}
