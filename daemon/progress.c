/* progress.c: see progress.h. */
#include "progress.h"

#include "posix/now.h"

#include <stdio.h>
#include <unistd.h>

enum { PATIENCE_MS = 1000, ANEW_MS = 200 };

/* ECMA-48 EL: the rest of the line goes. */
static const char erase[] = "\r\033[K";

void progress_begin(struct progress *progress, const char *what, size_t total, bool may_show)
{
    *progress = (struct progress){ .what = what,
                                   .total = total,
                                   .begun_ms = posix_now_ms(),
                                   .is_shown = may_show && isatty(STDERR_FILENO) };
}

void progress_tell(struct progress *progress, size_t done)
{
    int64_t now_ms;

    if (!progress->is_shown)
        return;
    now_ms = posix_now_ms();
    if (now_ms - progress->begun_ms < PATIENCE_MS || now_ms - progress->said_ms < ANEW_MS)
        return;
    progress->said = true;
    progress->said_ms = now_ms;
    fprintf(stderr, "%s%s: %zu of %zu", erase, progress->what, done, progress->total);
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->said)
        fputs(erase, stderr);
    progress->said = false;
    fflush(stderr);
}
