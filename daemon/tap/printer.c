/* printer.c: writes to standard output from a thread of its own. */
#include "tap/printer.h"

#include "common/stderr_log.h"
#include "posix/whole_file.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WAITING_MAX = 268435456, CLOSE_S = 5 };

/* True: it could, or who reads it has gone, and misses nothing. */
static bool write_all(struct span bytes)
{
    return whole_file_put(STDOUT_FILENO, bytes) || errno == EPIPE;
}

static void *run(void *ctx)
{
    struct printer *printer = ctx;
    bool is_told = false;

    pthread_mutex_lock(&printer->lock);
    while (!printer->is_over || printer->waiting.len > 0) {
        struct bytes taken = bytes_take(&printer->waiting);

        if (taken.len == 0) {
            pthread_cond_wait(&printer->changed, &printer->lock);
            continue;
        }
        pthread_mutex_unlock(&printer->lock);
        if (!write_all(bytes_span(&taken)) && !is_told) {
            stderr_say_error("tlsmodem: tap: standard output: differences are lost: %s",
                             strerror(errno));
            is_told = true;
        }
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

bool printer_close(struct printer *printer)
{
    struct timespec until;
    bool is_done;

    if (!printer->is_open)
        return true;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += CLOSE_S;
    pthread_mutex_lock(&printer->lock);
    printer->is_over = true;
    pthread_cond_signal(&printer->changed);
    while (!printer->is_done &&
           pthread_cond_timedwait(&printer->changed, &printer->lock, &until) == 0)
        continue;
    printer->is_open = false;
    is_done = printer->is_done;
    pthread_mutex_unlock(&printer->lock);
    if (is_done) {
        pthread_join(printer->thread, NULL);
        bytes_free(&printer->waiting);
    } else {
        pthread_detach(printer->thread);
    }
    return is_done;
}
