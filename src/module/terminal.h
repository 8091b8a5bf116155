/* terminal.h: one port of a modem: an AT session between a channel and the module. */
#ifndef MODULE_TERMINAL_H
#define MODULE_TERMINAL_H

#include "at/handler.h"
#include "iface/channel.h"

struct tlsmodem;

/* Settings of the circuits, which the interpreter itself does not need. */
struct terminal_settings {
    int32_t dcd;              /* &C: 0 always on, 1 follows the connection */
    int32_t dtr;              /* &D: 0 ignored, 1 and 2: what a drop does */
    int32_t flow_control;     /* &K */
    int32_t dsr;              /* &S */
    int32_t rate;             /* +IPR in bit/s, 0 automatic */
    int32_t flow_te, flow_ta; /* +IFC */
    int32_t format;           /* +ICF */
    int32_t parity;           /* +ICF */
    /* +CREG, +CGREG, +CEREG: 0 silent, 1 state, 2 state and place */
    int32_t creg, cgreg, cereg;
    int32_t zone_report; /* +CTZR: 0 silent */
};

struct module_terminal {
    struct terminal base; /* what the port holds */
    struct tlsmodem *modem;
    size_t index;
    struct channel *channel; /* NULL: nobody carries our bytes */
    struct at_session *at;   /* owned */
    struct terminal_settings settings;
    size_t announced; /* length of the output that the channel knows of */
    bool refused;     /* the channel waits for room */
    bool dtr;
    unsigned lines; /* as last told to the channel */
};

/* Makes its session.  ERR_NO_MEMORY: then it has none. */
enum err terminal_init(struct module_terminal *terminal, struct tlsmodem *modem, size_t index);

/* Wipes and frees the session. */
void terminal_deinit(struct module_terminal *terminal);

/* Tells the channel what it has to know after a call into the modem; true when it did. */
bool terminal_settle(struct module_terminal *terminal);

#endif
