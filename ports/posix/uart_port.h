/* uart_port.h: a port on a serial device whose circuits are asked for in another way. */
#ifndef POSIX_UART_PORT_H
#define POSIX_UART_PORT_H

#include "posix/port_kinds.h"
#include "posix/uart_lines.h"

/* As uart_port_open(), with `ops`, which are borrowed, in the place of uart_line_ioctls. */
enum err uart_port_open_with(struct posix_loop *loop, const struct port_spec *spec,
                             const struct uart_line_ops *ops, struct port_failure *ret_failure,
                             struct port **ret_port);

#endif
