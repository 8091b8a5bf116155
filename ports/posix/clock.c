/* clock.c: the machine's time. */
#include "posix/clock.h"

#include <time.h>
#include <uv.h>

enum { QUARTER_S = 15 * 60, NS_PER_MS = 1000000 };

int64_t posix_now_ms(void)
{
    return (int64_t)(uv_hrtime() / NS_PER_MS);
}

static int64_t now_ms(void *ctx)
{
    (void)ctx;
    return posix_now_ms();
}

static int64_t utc_s(void *ctx)
{
    struct timespec now;

    (void)ctx;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec;
}

static int zone_quarters(void *ctx)
{
    time_t now = time(NULL);
    struct tm local;

    (void)ctx;
    tzset(); /* localtime_r() need not look for a changed zone itself */
    if (localtime_r(&now, &local) == NULL)
        return 0;
    return (int)(local.tm_gmtoff / QUARTER_S);
}

static const struct clock_ops ops = {
    .now_ms = now_ms,
    .utc_s = utc_s,
    .zone_quarters = zone_quarters,
};

struct clock posix_clock(void)
{
    return (struct clock){ .ops = &ops };
}
