/* host_end.h: the host's end of one port of a module: what it types on and hears from. */
#ifndef DAEMON_CHECK_HOST_END_H
#define DAEMON_CHECK_HOST_END_H

#include "posix/port.h"
#include "transcript/report.h"

/* All zero but for `in` and `out`, which are -1: not open. */
struct host_end {
    int in, out;        /* hears and types; they may be the same */
    bool gone;          /* or an end is wanted, as of wire_cancel_by() */
    struct bytes heard; /* that nobody has dropped */
};

/* Opens a serial device, or connects to a TCP or Unix port that a module listens on.  ERR_IO: `why`
 * says what is wrong. */
enum err host_end_open(struct host_end *end, const struct port_spec *spec, struct report *why);

/* Takes descriptors that are open, and must not block, for its own. */
void host_end_take(struct host_end *end, int in, int out);

/* False while it is not open. */
bool host_end_is_open(const struct host_end *end);

/* Takes what comes until `deadline_ms`, or the first of it; true when there was any. */
bool host_end_hear(struct host_end *end, int64_t deadline_ms);

/* Types all of it, and hears meanwhile what comes: a module that cannot speak may not listen.
 * False: `why` says so. */
bool host_end_type(struct host_end *end, struct span bytes, bool byte_by_byte, struct report *why);

/* Drives a circuit of the host (DTR, RTS), or waits until one of the module is so, up to
 * `deadline_ms`, and hears meanwhile.  ERR_TIMEOUT; ERR_UNSUPPORTED: the port has no circuits. */
enum err host_end_circuit(struct host_end *end, enum channel_line circuit, bool on,
                          int64_t deadline_ms);

/* Waits until the system has passed on what was typed, as far as it knows. */
void host_end_drain(struct host_end *end);

/* Forgets what the module said before. */
void host_end_forget(struct host_end *end);

/* Closes it; what was heard stays.  Nothing of one that is not open. */
void host_end_close(struct host_end *end);

#endif
