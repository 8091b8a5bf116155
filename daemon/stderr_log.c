/* stderr_log.c: messages of the program on standard error, each with its time in UTC. */
#include "stderr_log.h"

#include <assert.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_CAP = 640, NS_PER_MS = 1000000 };

static void write_line(void *ctx, const char *tag, const char *text)
{
    const char *end = ctx;
    char line[LINE_CAP];
    char when[32];
    struct timespec now;
    struct tm utc;
    int len;

    assert(tag != NULL && text != NULL);
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &utc);
    len = snprintf(line, sizeof(line), "%s.%03ldZ %s: %s%s", when, now.tv_nsec / NS_PER_MS, tag,
                   text, end);
    if (len < 0)
        return;
    /* One write: lines of several processes in one file stay whole.  Where it fails, nobody reads.
     */
    if (write(STDERR_FILENO, line, (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1) < 0)
        return;
}

const char *stderr_line_end(const struct options *options)
{
    return options->has_stdio && isatty(STDIN_FILENO) && isatty(STDERR_FILENO) ? "\r\n" : "\n";
}

void stderr_log_init(struct log *log, const struct options *options)
{
    *log = (struct log){
        .write = write_line,
        .ctx = (void *)stderr_line_end(options),
        .name = options->module,
        .level = options->level,
        .traced = options->traced,
    };
}
