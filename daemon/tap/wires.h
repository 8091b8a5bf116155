/* wires.h: what goes between the ports of a host and of a module besides bytes: circuits, and how
 * the host sets its line.
 *
 * What the host does behind bytes goes over behind them: first they have to be out.
 */
#ifndef DAEMON_TAP_WIRES_H
#define DAEMON_TAP_WIRES_H

#include "iface/clock.h"
#include "posix/port.h"
#include "tap/junction.h"

struct wires_config {
    struct port *host, *module;
    struct junction *junction; /* of the two */
    struct clock *clock;       /* all borrowed */
    struct serial_format line; /* that the module's end is set to */
    void (*on_circuit)(void *ctx, enum channel_line circuit, bool on); /* it is so from now on */
    void (*on_format)(void *ctx, const struct serial_format *format);  /* as the host has set it */
    void *ctx;
};

/* In memory of the owner's, where it stays. */
struct wires {
    struct wires_config config;
    struct clock_timer *step;    /* while something waits */
    struct serial_format told;   /* by the host, last */
    struct serial_format format; /* the module's end has it, */
    bool is_changing;            /* or is to have it; what the host types waits */
    unsigned host, module;       /* circuits as they went over */
    unsigned host_now;           /* as the host has them */
    bool host_waits;             /* some of those have not gone over */
    int64_t host_since_ms;       /* the first since then */
    bool dtr_fell;               /* at the host; the module has yet to see it */
    int64_t fell_ms, pulse_ms;   /* when; and how long the host had it off, a second at most */
    int64_t dropped_ms;          /* when it last fell at the module */
};

/* Makes them, with DTR, RTS, DSR and CTS on; circuits go over from now on.  ERR_NO_MEMORY. */
enum err wires_open(struct wires *wires, const struct wires_config *config);

/* Looks at how the host has set its line.  False: nothing that it types may be taken now, since it
 * is for a line that is set otherwise. */
bool wires_follow(struct wires *wires);

/* Nothing of one that was not opened, and is zero. */
void wires_close(struct wires *wires);

#endif
