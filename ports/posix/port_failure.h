/* port_failure.h: why a port could not be opened. */
#ifndef POSIX_PORT_FAILURE_H
#define POSIX_PORT_FAILURE_H

#include "base/err.h"

enum { PORT_FAILURE_CAP = 512 };

/* One line for the operator. */
struct port_failure {
    char text[PORT_FAILURE_CAP];
};

/* Writes the line, printf style, and returns `err`: `return port_fail(...)`. */
enum err port_fail(struct port_failure *failure, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a call that just set errno: "FORMAT: reason". */
enum err port_fail_errno(struct port_failure *failure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
