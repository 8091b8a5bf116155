/* wipe.c: erasing secrets from memory. */
#include "base/wipe.h"

#include <assert.h>
#include <string.h>

/* The compiler cannot know what it points to, and so not that nobody looks at the bytes. */
static void *(*const volatile set)(void *data, int byte, size_t len) = memset;

void wipe(void *data, size_t len)
{
    assert(data != NULL || len == 0);
    if (len > 0)
        set(data, 0, len);
}
