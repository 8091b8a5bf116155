/* report.c: where the operator's line about a failure is written. */
#include "nvm_sqlite/report.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum err nvm_fail(struct nvm_report report, enum err err, const char *format, ...)
{
    va_list args;

    assert(err != ERR_OK);
    if (report.cap == 0)
        return err;
    va_start(args, format);
    vsnprintf(report.at, report.cap, format, args);
    va_end(args);
    return err;
}

static enum err err_of_errno(int code)
{
    switch (code) {
    case EACCES:
    case EPERM:
        return ERR_DENIED;
    case ENOMEM:
        return ERR_NO_MEMORY;
    case ENAMETOOLONG:
        return ERR_INVALID;
    default:
        return ERR_IO;
    }
}

enum err nvm_fail_errno(struct nvm_report report, const char *what, const char *path,
                        const char *advice)
{
    int code = errno;

    return nvm_fail(report, err_of_errno(code), "cannot %s %s: %s; %s", what, path, strerror(code),
                    advice);
}
