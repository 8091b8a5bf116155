/* terminal.h: one port of a modem: an AT session between a channel and the module. */
#ifndef MODULE_TERMINAL_H
#define MODULE_TERMINAL_H

#include "at/handler.h"
#include "iface/channel.h"
#include "module/phone.h"

struct flow;
struct multiplex;
struct tlsmodem;

/* Of a modem: those of its ports, and those that the multiplexer makes. */
enum { MODULE_TERMINALS_MAX = 16 };

/* Settings of the circuits, which the interpreter itself does not need. */
struct terminal_settings {
    int32_t dcd;              /* &C: 0 always on, 1 follows the connection */
    int32_t dtr;              /* &D: 0 ignored, 1 and 2: what a drop does */
    int32_t flow_control;     /* &K: 0 to 6 */
    int32_t dsr;              /* &S */
    int32_t rate;             /* +IPR in bit/s, 0 automatic */
    int32_t flow_te, flow_ta; /* +IFC: 0 none, 1 XON and XOFF, 2 circuits */
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
    struct phone_task phone;
    struct flow *flow;           /* owned; NULL while XON and XOFF are not used */
    struct multiplex *multiplex; /* owned; NULL: the port is one terminal (multiplex.h) */
    size_t announced;            /* length of the output that the channel knows of */
    bool refused;                /* the channel waits for room */
    bool asleep; /* nobody hears its session: it has no port now, or its port is multiplexed */
    uint8_t carrier, dlci; /* 1 + the port that this is a DLCI of, and which; 0: a port's own */
    bool dtr;
    bool runs_line; /* that an observer was told of, and not of its end */
    unsigned lines; /* as last told to the channel */
};

/* Makes so many more, MODULE_TERMINALS_MAX in all at most; they are as never switched on.
 * ERR_NO_MEMORY: there may be some of them. */
enum err terminals_add(struct tlsmodem *modem, size_t count);

/* Wipes and frees it, and its session. */
void terminal_free(struct module_terminal *terminal);

/* Makes what XON and XOFF need, before a setting that uses them.  ERR_NO_MEMORY. */
enum err terminal_reserve_flow(struct module_terminal *terminal);

/* Works by the settings of flow control as they are now; without memory there is none, and the log
 * has a line. */
void terminal_set_flow(struct module_terminal *terminal);

/* What its session, or what XON and XOFF make of it, has for the host; valid until the next call.
 */
struct span terminal_plain_peek(const struct module_terminal *terminal);

/* The host has got the first `count` of these bytes. */
void terminal_plain_consume(struct module_terminal *terminal, size_t count);

/* How many there are in all. */
size_t terminal_plain_waiting(const struct module_terminal *terminal);

/* How many bytes there are for the host. */
size_t terminal_output_waiting(const struct module_terminal *terminal);

/* When terminal_tick() has something to do; CLOCK_NEVER. */
int64_t terminal_deadline(const struct module_terminal *terminal);

/* Does what time asks for.  Inside the modem. */
void terminal_tick(struct module_terminal *terminal);

/* Gives the session what XON and XOFF have kept from it, when it takes that; true when it did.
 * Inside the modem. */
bool terminal_pass(struct module_terminal *terminal);

/* Tells the channel what it has to know after a call into the modem; true when it did. */
bool terminal_settle(struct module_terminal *terminal);

#endif
