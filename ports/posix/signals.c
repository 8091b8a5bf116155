/* signals.c: the signals that end the program in good order. */
#include "posix/signals.h"

#include "posix/errno_err.h"

#include <signal.h>

static void on_signal(uv_signal_t *watch, int number)
{
    struct posix_signals *signals = watch->data;

    if (number == SIGHUP && signals->on_hangup != NULL) {
        signals->on_hangup(signals->ctx);
        return;
    }
    log_say(signals->loop->log, LOG_INFO, "signal %d: ending", number);
    posix_loop_stop(signals->loop);
}

static bool is_ignored(int number)
{
    struct sigaction old;

    return sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN;
}

enum err posix_signals_open(struct posix_signals *signals, struct posix_loop *loop,
                            void (*on_hangup)(void *ctx), void *ctx)
{
    static const int numbers[POSIX_SIGNALS_MAX] = { SIGTERM, SIGINT, SIGHUP };

    signals->count = 0;
    signals->loop = loop;
    signals->on_hangup = on_hangup;
    signals->ctx = ctx;
    for (int i = 0; i < POSIX_SIGNALS_MAX; i++) {
        uv_signal_t *watch = &signals->watches[signals->count];
        int status;

        if (numbers[i] == SIGHUP && on_hangup == NULL && is_ignored(SIGHUP))
            continue;
        uv_signal_init(&loop->uv, watch);
        signals->count++;
        watch->data = signals;
        status = uv_signal_start(watch, on_signal, numbers[i]);
        if (status < 0) {
            posix_signals_close(signals);
            return err_of_errno(-status);
        }
    }
    return ERR_OK;
}

void posix_signals_close(struct posix_signals *signals)
{
    for (int i = 0; i < signals->count; i++)
        uv_close((uv_handle_t *)&signals->watches[i], NULL);
    signals->count = 0;
}
