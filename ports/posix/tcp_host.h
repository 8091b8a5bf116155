/* tcp_host.h: what a host that comes over TCP has about it, on ports and in pools. */
#ifndef POSIX_TCP_HOST_H
#define POSIX_TCP_HOST_H

#include "posix/http_guard.h"
#include "posix/listener.h"
#include "posix/port.h"
#include "posix/port_failure.h"

/* Sets the options of a host's connection: what is small leaves at once, and a host that vanished
 * without a word is noticed after one and a half to two and a half minutes. */
void tcp_host_prepare(int host_fd);

/* The `refuses` of a port's channel: true when `bytes` show that the host that `guard` watches is a
 * browser, which the log tells. */
bool tcp_host_refuses(const struct port *port, struct http_guard *guard, struct span bytes);

/* A socket that is bound to the address of `spec`, in `ret_fd`, and the port's label: KIND, address
 * and actual port, also after a failure, for messages.  Errors are port_open()'s. */
enum err tcp_host_bind(const struct port_spec *spec, const char *kind,
                       char ret_label[PORT_LABEL_CAP], struct port_failure *ret_failure,
                       int *ret_fd);
/* Makes `listener`, which listener_init() has filled in, listen there; its label is set, too.
 * Errors are port_open()'s. */
enum err tcp_host_listen(struct listener *listener, const struct port_spec *spec, const char *kind,
                         struct port_failure *ret_failure);

#endif
