/* now.c: the machine's clock that only grows. */
#include "posix/now.h"

#include <uv.h>

enum { NS_PER_MS = 1000000 };

int64_t posix_now_ms(void)
{
    return (int64_t)(uv_hrtime() / NS_PER_MS);
}
