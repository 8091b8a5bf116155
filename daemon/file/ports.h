/* ports.h: a modem's `ports:`. */
#ifndef DAEMON_FILE_PORTS_H
#define DAEMON_FILE_PORTS_H

#include "file/subject.h"

/* A node for each of the plan's ports, in order. */
struct file_port_places {
    const struct file_node *list[TLSMODEM_TERMINALS_MAX];
};

/* Fills the ports of the subject's plan, which has its name and numbers.  For a pool's listener the
 * plan gets no ports and `ret_pool` is where it listens; else its kind is not PORT_TCP.  False: the
 * report says why. */
bool file_ports(const struct file_subject *subject, struct file_port_places *ret_places,
                struct port_spec *ret_pool);

#endif
