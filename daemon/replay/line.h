/* line.h: one port of a module that is replayed, what its host has typed, and the way out of
 * waiting. */
#ifndef DAEMON_REPLAY_LINE_H
#define DAEMON_REPLAY_LINE_H

#include "base/bytes.h"
#include "posix/port.h"
#include "posix/port_failure.h"

#include <stdbool.h>

enum {
    REPLAY_TYPED_MAX = 16777216
}; /* bytes that wait to be expected; more the host has to keep */

struct replay_line {
    struct terminal base; /* its port drives it */
    struct posix_loop *loop;
    struct port *port;   /* NULL: not open */
    struct bytes typed;  /* by the host, and not expected yet */
    struct bytes said;   /* that the host has not taken */
    size_t echoed;       /* so many of `typed` have been echoed */
    bool echo;           /* the module echoes */
    unsigned module;     /* circuits of the module: bits of enum channel_line */
    unsigned host;       /* circuits of the host, once it has shown some */
    unsigned rose, fell; /* of them, since they were waited for */
    bool shows_circuits;
};

/* Has SIGINT, SIGTERM and SIGHUP end every waiting below, instead of the program; a second one of a
 * kind ends the program. */
void replay_watch_signals(void);

/* True since one of them has come. */
bool replay_is_over(void);

/* Opens a line on a loop, which is borrowed; it stays where it is.  The errors of port_open():
 * `ret_failure` says why, and there is nothing to close. */
enum err replay_line_open(struct replay_line *line, struct posix_loop *loop,
                          const struct port_spec *spec, struct port_failure *ret_failure);

/* Waits up to `limit_ms` (-1: as long as it takes) for the host to type more; false: it has not, or
 * replay_is_over(). */
bool replay_line_hear(struct replay_line *line, int limit_ms);

/* Says the bytes, when the host takes them; false: replay_is_over(). */
bool replay_line_say(struct replay_line *line, struct span bytes);

/* A circuit of the module is so from now on; where the port has none nothing happens. */
void replay_line_drive(struct replay_line *line, enum channel_line circuit, bool on);

/* Waits until a circuit of the host is so, or was since it was waited for last; at once where it
 * shows none.  False: replay_is_over(). */
bool replay_line_await(struct replay_line *line, enum channel_line circuit, bool on);

/* Waits until the host has read all, up to `limit_ms`. */
void replay_line_drain(struct replay_line *line, int limit_ms);

/* Closes it.  Of one that is not open nothing. */
void replay_line_close(struct replay_line *line);

#endif
