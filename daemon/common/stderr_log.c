/* stderr_log.c: messages of the program on standard error, each with its time in UTC; where that is
 * systemd's journal, with its priority instead (sd-daemon(3)), as a journal knows the time. */
#include "common/stderr_log.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE_CAP = 640, ERROR_CAP = 6000, NS_PER_MS = 1000000 };

/* Priorities of syslog(3). */
static int priority_of(const char *tag)
{
    static const int priorities[] = {
        [LOG_ERROR] = 3, [LOG_WARNING] = 4, [LOG_INFO] = 6, [LOG_DEBUG] = 7
    };
    const char *name;

    for (int i = 0; (name = log_level_name((enum log_level)i)) != NULL; i++)
        if (strcmp(name, tag) == 0)
            return priorities[i];
    return priorities[LOG_DEBUG]; /* a trace */
}

/* The journal's stream is ours only if the variable has device and inode of what we write to. */
static bool is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    uintmax_t device, inode;
    struct stat info;

    return stream != NULL && sscanf(stream, "%" SCNuMAX ":%" SCNuMAX, &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &info) == 0 && info.st_dev == device && info.st_ino == inode;
}

/* ECMA-48 EL: the rest of the line goes. */
static const char erase[] = "\r\033[K";

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool has_passing; /* under the lock: the terminal's last line is stderr_show_passing()'s */

/* One write: lines of several processes in one file stay whole.  Where it fails, nobody reads. */
static void write_text(const char *text, size_t len)
{
    if (write(STDERR_FILENO, text, len) < 0)
        return;
}

static void hide_passing(void)
{
    if (has_passing)
        write_text(erase, sizeof(erase) - 1);
    has_passing = false;
}

static void write_out(const char *line, int len, size_t cap)
{
    if (len < 0)
        return;
    pthread_mutex_lock(&lock);
    hide_passing();
    write_text(line, (size_t)len < cap ? (size_t)len : cap - 1);
    pthread_mutex_unlock(&lock);
}

void stderr_show_passing(const char *text)
{
    char line[LINE_CAP];
    int len = snprintf(line, sizeof(line), "%s%s", erase, text);

    assert(len > 0 && (size_t)len < sizeof(line));
    pthread_mutex_lock(&lock);
    write_text(line, (size_t)len);
    has_passing = true;
    pthread_mutex_unlock(&lock);
}

void stderr_hide_passing(void)
{
    pthread_mutex_lock(&lock);
    hide_passing();
    pthread_mutex_unlock(&lock);
}

static void write_to_journal(void *ctx, const char *tag, const char *text)
{
    char line[LINE_CAP];
    int len;

    (void)ctx;
    assert(tag != NULL && text != NULL);
    len = snprintf(line, sizeof(line), "<%d>%s: %s\n", priority_of(tag), tag, text);
    write_out(line, len, sizeof(line));
}

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
    write_out(line, len, sizeof(line));
}

void stderr_say_error(const char *format, ...)
{
    char text[ERROR_CAP];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    stderr_hide_passing();
    fprintf(stderr, "%s%s\n", is_journal() ? "<3>" : "", text);
}

const char *stderr_line_end(bool has_stdio)
{
    return has_stdio && isatty(STDIN_FILENO) && isatty(STDERR_FILENO) ? "\r\n" : "\n";
}

void stderr_log_init(struct log *log, const char *name, enum log_level level, uint32_t traced,
                     const char *line_end)
{
    *log = (struct log){
        .write = is_journal() ? write_to_journal : write_line,
        .ctx = (void *)line_end,
        .name = name,
        .level = level,
        .traced = traced,
    };
}
