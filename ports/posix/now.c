/* now.c: the machine's clocks. */
#include "posix/now.h"

#include <time.h>
#include <uv.h>

enum { NS_PER_MS = 1000000, NS_PER_US = 1000, MS_PER_S = 1000 };

int64_t posix_now_ms(void)
{
    return (int64_t)(uv_hrtime() / NS_PER_MS);
}

uint64_t posix_now_us(void)
{
    return uv_hrtime() / NS_PER_US;
}

int64_t posix_utc_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}
