/* report.h: where the operator's line about a failure is written. */
#ifndef NVM_SQLITE_REPORT_H
#define NVM_SQLITE_REPORT_H

#include "base/err.h"

#include <stddef.h>

/* Borrowed memory; `cap` may be 0 when nobody wants to know. */
struct nvm_report {
    char *at;
    size_t cap;
};

/* Writes the line, printf style, cut to fit, and returns `err`: `return nvm_fail(...)`. */
enum err nvm_fail(struct nvm_report report, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a system call that just failed: "cannot WHAT PATH: reason; ADVICE". */
enum err nvm_fail_errno(struct nvm_report report, const char *what, const char *path,
                        const char *advice);

#endif
