/* progress.c: see progress.h. */
#include "progress.h"

#include "common/stderr_log.h"
#include "posix/now.h"

#include <stdio.h>
#include <unistd.h>

enum { PATIENCE_MS = 1000, ANEW_MS = 200, LINE_CAP = 128 };

bool progress_is_possible(void)
{
    return isatty(STDERR_FILENO);
}

void progress_begin(struct progress *progress, const char *what, size_t total, bool may_show)
{
    *progress = (struct progress){ .what = what,
                                   .total = total,
                                   .begun_ms = posix_now_ms(),
                                   .is_shown = may_show && progress_is_possible() };
}

void progress_tell(struct progress *progress, size_t done)
{
    char line[LINE_CAP];
    int64_t now_ms;

    if (!progress->is_shown)
        return;
    now_ms = posix_now_ms();
    if (now_ms - progress->begun_ms < PATIENCE_MS || now_ms - progress->said_ms < ANEW_MS)
        return;
    progress->said = true;
    progress->said_ms = now_ms;
    snprintf(line, sizeof(line), "%s: %zu of %zu", progress->what, done, progress->total);
    stderr_show_passing(line);
}

void progress_end(struct progress *progress)
{
    if (progress->said)
        stderr_hide_passing();
    progress->said = false;
}
