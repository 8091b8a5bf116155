/* port_open.c: each kind of port behind one call. */
#include "posix/port_open.h"

#include "posix/port_kinds.h"

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
    case PORT_RFC2217:
        return rfc2217_port_open(loop, spec, ret_failure, ret_port);
    case PORT_TCP_TLS:
        return tls_port_open(loop, spec, ret_failure, ret_port);
    }
    return port_fail(ret_failure, ERR_INVALID, "no such kind of port");
}
