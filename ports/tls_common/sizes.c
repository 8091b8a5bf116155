/* sizes.c: see sizes.h. */
#include "tls_common/sizes.h"

#include "tls_common/failure.h"

struct tls_sizes tls_sizes_of(const struct tls_config *config)
{
    return (struct tls_sizes){ config->certificate_max, config->certificate_slow,
                               config->slow_advice };
}

bool tls_sizes_fit(const struct tls_sizes *sizes, size_t longest, const struct log *log,
                   struct tls_failure *ret_failure)
{
    if (sizes->max != 0 && longest > sizes->max) {
        tls_failure_set(ret_failure, TLS_LARGE_CERTIFICATE, "%zu bytes, at most %zu", longest,
                        sizes->max);
        return false;
    }
    if (sizes->slow != 0 && longest > sizes->slow)
        log_say(log, LOG_WARNING, "a certificate of the server's chain has %zu bytes: %s", longest,
                sizes->slow_advice);
    return true;
}
