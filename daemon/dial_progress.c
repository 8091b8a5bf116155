/* dial_progress.c: see dial_progress.h. */
#include "dial_progress.h"

#include "runtime/tally.h"

#include <string.h>

enum { LOOK_MS = 250 };

static size_t count_under_way(const struct dial_progress *progress)
{
    uint64_t count = 0;

    for (size_t i = 0; i < progress->threads; i++) {
        const count_sum *sockets = tally_sums(fleet_tally(progress->fleet, i))->net.sockets;

        count += count_read(&sockets[COUNT_CONNECTING]) + count_read(&sockets[COUNT_HANDSHAKING]);
    }
    return (size_t)count;
}

/* Those that are fewer now are done, those that are more have come. */
static void look(struct dial_progress *progress)
{
    size_t before = progress->under_way, now = count_under_way(progress);

    progress->under_way = now;
    if (before == 0 && now > 0) {
        progress->done = 0;
        progress_begin(&progress->progress, "connecting sockets", now, true);
    } else if (now >= before) {
        progress->progress.total += now - before;
    } else {
        progress->done += before - now;
    }
    if (now > 0)
        progress_tell(&progress->progress, progress->done);
    else if (before > 0)
        progress_end(&progress->progress);
}

static void on_time(void *ctx)
{
    struct dial_progress *progress = ctx;

    look(progress);
    clock_timer_start(progress->timer, LOOK_MS);
}

void dial_progress_start(struct dial_progress *progress, struct fleet *fleet, size_t threads)
{
    *progress = (struct dial_progress){ .fleet = fleet, .threads = threads };
    if (clock_new_timer(&fleet_master(fleet)->clock.base, on_time, progress, &progress->timer) ==
        ERR_OK)
        clock_timer_start(progress->timer, LOOK_MS);
    else
        progress->timer = NULL;
}

void dial_progress_stop(struct dial_progress *progress)
{
    clock_timer_free(progress->timer);
    if (progress->under_way > 0)
        progress_end(&progress->progress);
    memset(progress, 0, sizeof(*progress));
}
