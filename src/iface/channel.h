/* channel.h: the border between a modem's terminal and whatever carries its bytes to a host.
 *
 * The engine owns the terminal, a port owns the channel.  The port feeds and takes; the engine
 * tells when there is something to take, and when it takes what it refused.  Both may happen inside
 * a call of the port's: output_ready() may call peek() and consume(); input_room() may call feed(),
 * or, inside a feed() that is still under way, only note that feeding may go on after it.
 */
#ifndef IFACE_CHANNEL_H
#define IFACE_CHANNEL_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* V.24 circuits as the host sees them. */
enum channel_line {
    LINE_DTR = 1,
    LINE_DCD = 2,
    LINE_DSR = 4,
    LINE_RI = 8,
    LINE_RTS = 16, /* the engine neither hears this one */
    LINE_CTS = 32  /* nor drives this one: it always takes bytes */
};

struct channel;
struct terminal;

struct channel_ops {
    void (*output_ready)(struct channel *channel);              /* peek() has bytes again */
    void (*input_room)(struct channel *channel);                /* feed() takes bytes again */
    void (*set_lines)(struct channel *channel, unsigned lines); /* DCD, DSR, RI as they are now */
    void (*set_rate)(struct channel *channel, uint32_t baud);   /* +IPR; 0 is automatic */
};

/* First member of a port's own struct. */
struct channel {
    const struct channel_ops *ops;
    /* Bytes of the host may be fed some time after they were on the line, as by a program that has
     * to wait for a processor: what is measured between them is taken a little kindly. */
    bool sees_late;
};

struct terminal_ops {
    /* Bytes from the host.  Returns how many were taken; when fewer than given, the port keeps the
     * rest, stops reading, and goes on at input_room(). */
    size_t (*feed)(struct terminal *terminal, struct span bytes);
    /* Bytes for the host, in order; len 0 when there are none.  Valid until the next call.  After
     * consume() there may be more: ask again. */
    struct span (*peek)(struct terminal *terminal);
    void (*consume)(struct terminal *terminal, size_t count);
    /* DTR as the host drives it, for ports that have the circuit. */
    void (*set_dtr)(struct terminal *terminal, bool on);
    /* The host sends no more than it has sent: what the command under way waits for is given up, so
     * that the rest of it is taken.  The command says so, for a host that still listens. */
    void (*abort)(struct terminal *terminal);
    /* A command is under way, or the port is in a prompt or online, or a host is still to hear what
     * came of a command that has answered OK. */
    bool (*busy)(struct terminal *terminal);
    /* The host may be a script: a line feed without a CR before it ends a command line, too, on
     * this port from now on. */
    void (*accept_lf)(struct terminal *terminal);
    /* The host sends no more: a command line that it has begun is complete.  True when there was
     * one, which may then run on. */
    bool (*end_input)(struct terminal *terminal);
    /* What the host says now is for a peer. */
    bool (*online)(struct terminal *terminal);
    /* The host has gone for good, as one of a network connection has: half a line, a prompt, what
     * it was told but has not read, and what a command under way waits for are forgotten; what
     * stands behind that command in its line is not run.  Online data stays for who comes next, if
     * the escape sequence is +++. */
    void (*host_gone)(struct terminal *terminal);
};

/* First member of the engine's own struct. */
struct terminal {
    const struct terminal_ops *ops;
};

#endif
