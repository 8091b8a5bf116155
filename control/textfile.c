/* textfile.c: see textfile.h. */
#include "control/textfile.h"

#include "posix/whole_file.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { READABLE = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, MS_PER_S = 1000 };

struct textfile {
    const char *path;
    bool (*render)(void *ctx, struct bytes *ret_text);
    void *ctx;
    const struct log *log;
    bool has_failed; /* and the log says so */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t has_news;
    bool ends, is_asked; /* under the lock */
};

/* True also where there is nothing to write. */
static bool write_once(struct textfile *file)
{
    struct bytes text = { .data = NULL };
    bool done;

    if (!file->render(file->ctx, &text))
        return true;
    done = whole_file_write_bytes(file->path, READABLE, WHOLE_FILE_REPLACES, bytes_span(&text));
    bytes_free(&text);
    return done;
}

static void tell(struct textfile *file, bool done)
{
    if (!done && !file->has_failed)
        log_say(file->log, LOG_WARNING, "--metrics-file: %s: %s; it keeps its old numbers",
                file->path, strerror(errno));
    if (done && file->has_failed)
        log_say(file->log, LOG_WARNING, "--metrics-file: %s is written again", file->path);
    file->has_failed = !done;
}

/* False: it ends. */
static bool wait(struct textfile *file)
{
    struct timespec until;
    int status = 0;
    bool ends;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += TEXTFILE_EVERY_MS / MS_PER_S;
    pthread_mutex_lock(&file->lock);
    while (!file->ends && !file->is_asked && status == 0)
        status = pthread_cond_timedwait(&file->has_news, &file->lock, &until);
    ends = file->ends;
    file->is_asked = false;
    pthread_mutex_unlock(&file->lock);
    return !ends;
}

static void *work(void *ctx)
{
    struct textfile *file = ctx;

    while (wait(file))
        tell(file, write_once(file));
    return NULL;
}

/* Signals are for the others, but for that of a refused system call. */
static bool start_thread(struct textfile *file)
{
    pthread_condattr_t attributes;
    sigset_t all, before;
    bool runs;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&file->lock, NULL);
    pthread_cond_init(&file->has_news, &attributes);
    pthread_condattr_destroy(&attributes);
    sigfillset(&all);
    sigdelset(&all, SIGSYS);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    runs = pthread_create(&file->thread, NULL, work, file) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return runs;
}

enum err textfile_open(const char *path, bool (*render)(void *ctx, struct bytes *ret_text),
                       void *ctx, const struct log *log, struct port_failure *ret_failure,
                       struct textfile **ret_file)
{
    struct textfile *file = calloc(1, sizeof(*file));
    enum err err = ERR_OK;

    assert(path[0] != '\0');
    if (file == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    *file = (struct textfile){ .path = path, .render = render, .ctx = ctx, .log = log };
    if (!whole_file_may_replace(path))
        err = port_fail(ret_failure, ERR_IO, "cannot write %s: it is no regular file", path);
    else if (!write_once(file))
        err = port_fail(ret_failure, ERR_IO, "cannot write %s: %s", path, strerror(errno));
    else if (!start_thread(file))
        err = port_fail(ret_failure, ERR_NO_MEMORY, "cannot start one more thread");
    if (err != ERR_OK)
        free(file);
    else
        *ret_file = file;
    return err;
}

void textfile_renew(struct textfile *file)
{
    pthread_mutex_lock(&file->lock);
    file->is_asked = true;
    pthread_cond_signal(&file->has_news);
    pthread_mutex_unlock(&file->lock);
}

void textfile_close(struct textfile *file)
{
    if (file == NULL)
        return;
    pthread_mutex_lock(&file->lock);
    file->ends = true;
    pthread_cond_signal(&file->has_news);
    pthread_mutex_unlock(&file->lock);
    pthread_join(file->thread, NULL);
    pthread_cond_destroy(&file->has_news);
    pthread_mutex_destroy(&file->lock);
    unlink(file->path);
    free(file);
}
