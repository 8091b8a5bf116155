/* failure.c: see failure.h. */
#include "tls_common/failure.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void tls_failure_set(struct tls_failure *ret_failure, enum tls_reason reason, const char *format,
                     ...)
{
    va_list args;

    assert(reason != TLS_FINE);
    *ret_failure = (struct tls_failure){ .reason = reason, .alert = -1 };
    if (format == NULL)
        return;
    va_start(args, format);
    vsnprintf(ret_failure->detail, sizeof(ret_failure->detail), format, args);
    va_end(args);
}

void tls_left_out_say(const struct log *log, size_t count)
{
    if (count > 0)
        log_say(log, LOG_WARNING,
                "%zu of the stored CA certificates cannot be read, and %s left out", count,
                count == 1 ? "is" : "are");
}

void tls_renegotiation_say(const struct log *log)
{
    log_say(log, LOG_WARNING,
            "a server wants to renegotiate, perhaps for a client certificate: the module refuses");
}
