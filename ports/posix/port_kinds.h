/* port_kinds.h: the kinds of port, for port_open.c: port_open() of each, with its contract. */
#ifndef POSIX_PORT_KINDS_H
#define POSIX_PORT_KINDS_H

#include "posix/port.h"
#include "posix/port_failure.h"

/* A pseudo-terminal, with a link to it at `where`. */
enum err pty_port_open(struct posix_loop *loop, const struct port_spec *spec,
                       struct port_failure *ret_failure, struct port **ret_port);
/* A listener on the numeric address `where` and `tcp_port`. */
enum err tcp_port_open(struct posix_loop *loop, const struct port_spec *spec,
                       struct port_failure *ret_failure, struct port **ret_port);
/* A listening Unix socket at `where`. */
enum err unix_port_open(struct posix_loop *loop, const struct port_spec *spec,
                        struct port_failure *ret_failure, struct port **ret_port);
/* The serial device `where`, at `baud`. */
enum err uart_port_open(struct posix_loop *loop, const struct port_spec *spec,
                        struct port_failure *ret_failure, struct port **ret_port);
/* Standard input and output. */
enum err stdio_port_open(struct posix_loop *loop, const struct port_spec *spec,
                         struct port_failure *ret_failure, struct port **ret_port);
/* The same as a TCP port's, for hosts that speak RFC 2217. */
enum err rfc2217_port_open(struct posix_loop *loop, const struct port_spec *spec,
                           struct port_failure *ret_failure, struct port **ret_port);
/* The same with TLS, by the files of `tls`. */
enum err tls_port_open(struct posix_loop *loop, const struct port_spec *spec,
                       struct port_failure *ret_failure, struct port **ret_port);

#endif
