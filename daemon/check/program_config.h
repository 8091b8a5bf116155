/* program_config.h: what a program is started for. */
#ifndef DAEMON_CHECK_PROGRAM_CONFIG_H
#define DAEMON_CHECK_PROGRAM_CONFIG_H

#include "posix/port.h"
#include "transcript/script.h"
#include "wrap/stack.h"

/* Borrowed until program_close(). */
struct program_config {
    const char *module;
    enum port_kind kind; /* of its first port: PTY, TCP, UNIX, STDIO; further ones are PTYs */
    const struct script_header *header;
    const struct stack_plan *in_front; /* of its network, where the header has no `wrap` itself */
};

#endif
