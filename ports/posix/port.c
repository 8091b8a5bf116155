/* port.c: what all kinds of port share. */
#include "posix/port.h"

#include "posix/errno_err.h"
#include "posix/port_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum err port_open(struct posix_loop *loop, const struct port_spec *spec,
                   struct port_failure *ret_failure, struct port **ret_port)
{
    switch (spec->kind) {
    case PORT_PTY:
        return pty_port_open(loop, spec, ret_failure, ret_port);
    case PORT_TCP:
        return tcp_port_open(loop, spec, ret_failure, ret_port);
    case PORT_UNIX:
        return unix_port_open(loop, spec, ret_failure, ret_port);
    case PORT_UART:
        return uart_port_open(loop, spec, ret_failure, ret_port);
    case PORT_STDIO:
        return stdio_port_open(loop, spec, ret_failure, ret_port);
    }
    return port_fail(ret_failure, ERR_INVALID, "no such kind of port");
}

void port_start(struct port *port, struct terminal *terminal)
{
    fd_channel_start(&port->channel, terminal);
}

struct channel *port_channel(struct port *port)
{
    return &port->channel.base;
}

void port_on_end(struct port *port, void (*on_end)(void *ctx), void *ctx)
{
    port->on_end = on_end;
    port->end_ctx = ctx;
}

const char *port_label(const struct port *port)
{
    return port->label;
}

void port_close(struct port *port)
{
    if (port != NULL)
        port->ops->close(port);
}

enum err port_fail(struct port_failure *failure, enum err err, const char *format, ...)
{
    va_list args;

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
