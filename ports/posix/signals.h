/* signals.h: the signals that end the program in good order. */
#ifndef POSIX_SIGNALS_H
#define POSIX_SIGNALS_H

#include "posix/loop.h"

enum { POSIX_SIGNALS_MAX = 3 };

struct posix_signals {
    uv_signal_t watches[POSIX_SIGNALS_MAX];
    int count;
    struct posix_loop *loop;
    void (*on_hangup)(void *ctx);
    void *ctx;
};

/* Makes SIGTERM, SIGINT and SIGHUP stop the loop; SIGHUP only when the process was not started with
 * it ignored, as nohup does.  With `on_hangup`, SIGHUP calls that, from the loop, instead; NULL: it
 * does not.  `signals` must live until the loop has been closed.  ERR_FULL; ERR_IO. */
enum err posix_signals_open(struct posix_signals *signals, struct posix_loop *loop,
                            void (*on_hangup)(void *ctx), void *ctx);

/* Watches for them no more; zeroed `signals` are nothing.  Then close the loop. */
void posix_signals_close(struct posix_signals *signals);

#endif
