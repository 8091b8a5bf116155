/* multiplex.h: a port that carries several terminals, by frames of 3GPP TS 27.010 (mux/mux.h).
 *
 * A command starts it: what has been answered goes out plain, then there are frames only, until the
 * host closes it, goes, or the power does.  The port's own session sleeps meanwhile, and nobody
 * hears it.  A DLCI that a host opens is a terminal of the modem, made when the port is first
 * multiplexed; it wakes with the port's settings when a host opens it, and sleeps when that closes
 * it.
 */
#ifndef MODULE_MULTIPLEX_H
#define MODULE_MULTIPLEX_H

#include "module/terminal.h"
#include "mux/frame.h"

enum { MULTIPLEX_VALUES = 9 };

struct multiplex_settings {
    enum mux_option option;
    size_t frame_max;                /* N1, 1 to MUX_INFORMATION_MAX */
    size_t line_max;                 /* DLCIs from 1, MODULE_TERMINALS_MAX at most */
    int32_t asked[MULTIPLEX_VALUES]; /* the values of the command (27.007 5.7), for who reads them
                                        back */
    uint32_t rate;                   /* in bit/s from the first frame on; 0: as it is */
    int64_t idle_ms; /* ends when the host opens nothing in so long; 0: it does not */
};

/* What makers differ in: facts of their tables. */
struct multiplex_facts {
    int32_t frame;   /* N1 where the host gives none */
    int32_t lines;   /* how many DLCIs there are */
    int32_t idle_ms; /* ends where the host opens nothing in so long; 0: no such fact */
};

/* How many terminals the modem lacks for this port to have `line_max` DLCIs: terminals_add(). */
size_t multiplex_lacks(const struct module_terminal *carrier, size_t line_max);

/* Has the port of the running command be multiplexed once that has answered: it is not,
 * it is no DLCI itself, and lacks no terminal.  ERR_NO_MEMORY. */
enum err multiplex_start(struct at_session *at, const struct multiplex_settings *settings);

/* True while the port is, or is about to be. */
bool multiplex_is_on(const struct module_terminal *terminal);

/* True for a terminal that is a DLCI. */
bool multiplex_is_line(const struct module_terminal *terminal);

/* The way the port was started that this terminal is, or is a DLCI of; NULL while it is not. */
const struct multiplex_settings *multiplex_settings_of(const struct module_terminal *terminal);

/* Ends it at once; the port's session is awake again.  NULL is allowed. */
void multiplex_free(struct multiplex *multiplex);

/* ---- for port.c and announce.c: what a terminal does while it is multiplexed ---- */

/* Bytes of the host that the session has not taken; how many were taken. */
size_t multiplex_feed(struct module_terminal *terminal, struct span bytes);

/* Bytes for the host, valid until the next call. */
struct span multiplex_peek(const struct module_terminal *terminal);

/* It has got the first `count` of them. */
void multiplex_consume(struct module_terminal *terminal, size_t count);

/* True once what was answered before the first frame has gone out. */
bool multiplex_says_frames(const struct module_terminal *terminal);

/* How many bytes there are for the host, at least. */
size_t multiplex_output_waiting(const struct module_terminal *terminal);

/* False while what multiplex_feed() left would be refused again. */
bool multiplex_takes_input(const struct module_terminal *terminal);

/* A terminal of a DLCI is busy. */
bool multiplex_is_busy(const struct module_terminal *terminal);

/* The host waits no more for any of them. */
void multiplex_abort(struct module_terminal *terminal);

/* Goes on with what waits; true when something has happened.  Inside the modem; also for a terminal
 * that sleeps, whose session is kept silent. */
bool multiplex_settle(struct module_terminal *terminal);

/* When multiplex_tick() has something to do; CLOCK_NEVER. */
int64_t multiplex_deadline(const struct module_terminal *terminal);

/* Does what time asks for. */
void multiplex_tick(struct module_terminal *terminal);

#endif
