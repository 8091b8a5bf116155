/* random.c: getrandom().  It has no state of ours that threads would share, and it waits only in
 * the first moments of a machine. */
#include "tls_mbedtls/random.h"

#include <errno.h>
#include <mbedtls/entropy.h>
#include <sys/random.h>

int mtls_random(void *ctx, unsigned char *out, size_t len)
{
    (void)ctx;
    while (len > 0) {
        ssize_t got = getrandom(out, len, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
        out += got;
        len -= (size_t)got;
    }
    return 0;
}
