/* com_port.h: what a host may ask of a serial port by RFC 2217, the access server's side.
 *
 * No wire is there: rate and format are what the host last asked for, and bytes pass as they are.
 * Knows neither Telnet nor socket.
 */
#ifndef POSIX_COM_PORT_H
#define POSIX_COM_PORT_H

#include "base/span.h"
#include "posix/serial_format.h"

/* NOTIFY-MODEMSTATE's bits (RFC 2217 section 3, NOTIFY-MODEMSTATE). */
enum com_port_state {
    COM_PORT_DELTA_CTS = 1,
    COM_PORT_DELTA_DSR = 2,
    COM_PORT_RI_ENDED = 4,
    COM_PORT_DELTA_DCD = 8,
    COM_PORT_CTS = 16,
    COM_PORT_DSR = 32,
    COM_PORT_RI = 64,
    COM_PORT_DCD = 128
};

/* What a request does, and its answer.  Called from inside the functions below. */
struct com_port_ops {
    void (*reply)(void *ctx, uint8_t command, struct span value);
    void (*set_dtr)(void *ctx, bool on);
    void (*set_break)(void *ctx, bool on);
    /* What the module has said and the host has not had is dropped. */
    void (*purge)(void *ctx);
    /* com_port_holds() may be another now. */
    void (*flow)(void *ctx);
};

struct com_port {
    const struct com_port_ops *ops;
    void *ctx;
    uint32_t baud;
    uint8_t data_bits, parity, stop; /* as RFC 2217 codes them */
    uint8_t flow_out, flow_in;       /* SET-CONTROL's values */
    bool dtr, rts, brk, suspended;
    uint8_t line_mask, modem_mask;
    uint8_t state; /* COM_PORT_CTS to COM_PORT_DCD, as the host last heard */
};

/* A host has come, of which nothing is known yet: DTR and RTS are on, 115200 8N1. */
void com_port_begin(struct com_port *port, const struct com_port_ops *ops, void *ctx);

/* One request: the command and what stands behind it.  What RFC 2217 does not have is passed over;
 * a value that it does not have is answered with that in force. */
void com_port_take(struct com_port *port, struct span request);

/* The lines as they are now, of COM_PORT_CTS to COM_PORT_DCD: the host hears what has changed, as
 * far as its mask lets it, or all of it when it has to (`anyhow`). */
void com_port_notify(struct com_port *port, uint8_t state, bool anyhow);

/* What the host has set it to, or what is in force where it has set nothing.  A rate may be one
 * that no line has. */
void com_port_format(const struct com_port *port, struct serial_format *ret_format);

/* Is in force from now on, until a host sets it otherwise; its rate is said. */
void com_port_set_format(struct com_port *port, const struct serial_format *format);

/* True while the host wants no data: it has suspended them, or RTS is off where that counts. */
bool com_port_holds(const struct com_port *port);

#endif
