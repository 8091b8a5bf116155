/* clock.c: GnuTLS has one clock for the process; each modem has its own.  A thread works for one
 * modem at a time, so the clock in force is a matter of the thread. */
#include "tls_gnutls/clock.h"

#include <assert.h>
#include <gnutls/gnutls.h>
#include <stddef.h>
#include <time.h>

static _Thread_local int64_t (*current)(void *ctx);
static _Thread_local void *current_ctx;

int64_t gtls_clock_now_s(void)
{
    return current != NULL ? current(current_ctx) : (int64_t)time(NULL);
}

static time_t now(time_t *ret_now)
{
    time_t seconds = (time_t)gtls_clock_now_s();

    if (ret_now != NULL)
        *ret_now = seconds;
    return seconds;
}

void gtls_clock_install(void)
{
    gnutls_global_set_time_function(now);
}

void gtls_clock_enter(int64_t (*utc_s)(void *ctx), void *ctx)
{
    assert(utc_s != NULL);
    current = utc_s;
    current_ctx = ctx;
}

void gtls_clock_leave(void)
{
    current = NULL;
    current_ctx = NULL;
}
