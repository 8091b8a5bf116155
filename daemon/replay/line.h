/* line.h: one port of a module that is replayed: a pseudo-terminal, what its host has typed, and
 * the way out of waiting. */
#ifndef DAEMON_REPLAY_LINE_H
#define DAEMON_REPLAY_LINE_H

#include "base/bytes.h"
#include "posix/pty_pair.h"

#include <stdbool.h>

struct replay_line {
    struct pty_pair pair;
    struct bytes typed; /* by the host, and not expected yet */
    size_t echoed;      /* so many of them have been echoed */
    bool echo;          /* the module echoes */
};

/* Has SIGINT, SIGTERM and SIGHUP end every waiting below, instead of the program; a second one of a
 * kind ends the program. */
void replay_watch_signals(void);

/* True since one of them has come. */
bool replay_is_over(void);

/* Opens a line, with its link.  ERR_IO and the errors of pty_pair_link(): `ret_failure` says why,
 * and there is nothing to close. */
enum err replay_line_open(struct replay_line *line, const char *path,
                          struct port_failure *ret_failure);

/* Waits up to `limit_ms` (-1: as long as it takes) for the host to type more; false: it has not, or
 * replay_is_over(), or the terminal has failed. */
bool replay_line_hear(struct replay_line *line, int limit_ms);

/* Says the bytes, when the host takes them; false: replay_is_over(), or the terminal has failed. */
bool replay_line_say(struct replay_line *line, struct span bytes);

/* Waits until the host has read all, up to `limit_ms`. */
void replay_line_drain(struct replay_line *line, int limit_ms);

/* Closes it.  Of one that is not open nothing. */
void replay_line_close(struct replay_line *line);

#endif
