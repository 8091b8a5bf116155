/* printer.c: writes to standard output from a thread of its own. */
#include "tap/printer.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { WAITING_MAX = 268435456, CLOSE_S = 5 };

/* Who reads it may have gone: then there is nothing more to do. */
static void write_all(struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t count = write(STDOUT_FILENO, bytes.data, bytes.len);

        if (count < 0 && errno != EINTR)
            return;
        bytes = span_skip(bytes, count > 0 ? (size_t)count : 0);
    }
}

static void *run(void *ctx)
{
    struct printer *printer = ctx;

    pthread_mutex_lock(&printer->lock);
    while (!printer->is_over || printer->waiting.len > 0) {
        struct bytes taken = bytes_take(&printer->waiting);

        if (taken.len == 0) {
            pthread_cond_wait(&printer->changed, &printer->lock);
            continue;
        }
        pthread_mutex_unlock(&printer->lock);
        write_all(bytes_span(&taken));
        bytes_free(&taken);
        pthread_mutex_lock(&printer->lock);
    }
    printer->is_done = true;
    pthread_cond_signal(&printer->changed);
    pthread_mutex_unlock(&printer->lock);
    return NULL;
}

/* Signals are the loop's. */
enum err printer_open(struct printer *printer)
{
    sigset_t all, before;
    int status;

    *printer = (struct printer){ .is_open = false };
    pthread_mutex_init(&printer->lock, NULL);
    pthread_cond_init(&printer->changed, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    status = pthread_create(&printer->thread, NULL, run, printer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    printer->is_open = status == 0;
    return printer->is_open ? ERR_OK : ERR_NO_MEMORY;
}

void printer_put(struct printer *printer, struct span lines)
{
    pthread_mutex_lock(&printer->lock);
    (void)bytes_add(&printer->waiting, lines, WAITING_MAX);
    pthread_cond_signal(&printer->changed);
    pthread_mutex_unlock(&printer->lock);
}

/* A thread that still writes then ends with the program. */
void printer_close(struct printer *printer)
{
    struct timespec until;

    if (!printer->is_open)
        return;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += CLOSE_S;
    pthread_mutex_lock(&printer->lock);
    printer->is_over = true;
    pthread_cond_signal(&printer->changed);
    while (!printer->is_done &&
           pthread_cond_timedwait(&printer->changed, &printer->lock, &until) == 0)
        continue;
    printer->is_open = false;
    pthread_mutex_unlock(&printer->lock);
    if (printer->is_done) {
        pthread_join(printer->thread, NULL);
        bytes_free(&printer->waiting);
    } else {
        pthread_detach(printer->thread);
    }
}
