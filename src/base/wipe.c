/* wipe.c: erasing secrets from memory. */
#include "base/wipe.h"

void wipe(void *data, size_t len)
{
    volatile unsigned char *at = data;

    while (len-- > 0)
        *at++ = 0;
}
