/* port_failure.c: the line that says why a port could not be opened. */
#include "posix/port_failure.h"

#include "posix/errno_err.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum err port_fail(struct port_failure *failure, enum err err, const char *format, ...)
{
    va_list args;

    assert(err != ERR_OK);
    va_start(args, format);
    vsnprintf(failure->text, sizeof(failure->text), format, args);
    va_end(args);
    return err;
}

enum err port_fail_errno(struct port_failure *failure, const char *format, ...)
{
    int number = errno;
    va_list args;
    int used;

    va_start(args, format);
    used = vsnprintf(failure->text, sizeof(failure->text), format, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof(failure->text))
        snprintf(failure->text + used, sizeof(failure->text) - (size_t)used, ": %s",
                 strerror(number));
    return err_of_errno(number);
}
