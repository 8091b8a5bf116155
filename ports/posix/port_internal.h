/* port_internal.h: the kinds of port, for port.c; what they share, for themselves. */
#ifndef POSIX_PORT_INTERNAL_H
#define POSIX_PORT_INTERNAL_H

#include "posix/port.h"

/* Open one kind each; see port_open(). */
enum err pty_port_open(struct posix_loop *loop, const struct port_spec *spec,
                       struct port_failure *ret_failure, struct port **ret_port);
enum err tcp_port_open(struct posix_loop *loop, const struct port_spec *spec,
                       struct port_failure *ret_failure, struct port **ret_port);
enum err unix_port_open(struct posix_loop *loop, const struct port_spec *spec,
                        struct port_failure *ret_failure, struct port **ret_port);
enum err uart_port_open(struct posix_loop *loop, const struct port_spec *spec,
                        struct port_failure *ret_failure, struct port **ret_port);
enum err stdio_port_open(struct posix_loop *loop, const struct port_spec *spec,
                         struct port_failure *ret_failure, struct port **ret_port);

/* Writes the line, printf style, and returns `err`: `return port_fail(...)`. */
enum err port_fail(struct port_failure *failure, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a call that just set errno: "FORMAT: reason". */
enum err port_fail_errno(struct port_failure *failure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
