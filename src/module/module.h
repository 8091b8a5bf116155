/* module.h: one modem: its terminals, clock, network, and its personality's state.
 */
#ifndef MODULE_MODULE_H
#define MODULE_MODULE_H

#include "base/fact.h"
#include "module/clock.h"
#include "module/network.h"
#include "module/personality.h"
#include "module/sim_state.h"
#include "module/terminal.h"
#include "services/connection.h"
#include "tlsmodem.h"

struct tlsmodem {
    struct tlsmodem_config config;
    const struct module_model *model;
    const struct personality *personality;
    struct facts facts; /* owns what is given, and the marks */
    void *maker;        /* what rows of the maker bind, and what its parts share */
    size_t maker_size;
    struct module_unit *units;     /* of parts, those that are there, in order (part.h) */
    struct module_record *records; /* owned: bound values that are not factory values (record.h) */
    struct module_clock clock;
    struct module_network network;
    struct module_sim sim;
    uint32_t message_ticket;        /* of the last message that was sent */
    uint8_t message_reference;      /* of the next one */
    struct message_store *messages; /* owned; NULL: it is empty (messages.h) */
    struct control *control;        /* owned; NULL: the config's words hold (control.h) */
    struct laboratory *laboratory;  /* owned; NULL: nothing goes wrong on demand (laboratory.h) */
    struct connection_world world;
    size_t terminal_count;
    struct module_terminal *only; /* a list of one */
    struct module_terminal *
        *terminals; /* `&only`, or owned: those of ports, then those that multiplexers have had */
    int depth;      /* of calls that have entered the modem */
    bool rings;     /* a call's ring signal is there: circuit 125 */
    bool settling;  /* ports are being told what the last call brought */
    bool on;
    bool power_cycle; /* once the running command has ended: off, and on again later */
    int64_t armed_ms;
    int64_t power_on_ms; /* while off */
    int64_t off_ms;
};

/* Every way into a modem passes this first, and module_leave() last; they may nest. */
void module_enter(struct tlsmodem *modem);

/* The outermost leave tells ports and timer what is new. */
void module_leave(struct tlsmodem *modem);

/* The machine's monotonic clock in ms, from which all deadlines count. */
int64_t module_now(const struct tlsmodem *modem);

/* Switches off once the running command has answered, and on again `off_ms` later; CLOCK_NEVER:
 * when somebody does. */
void module_power_cycle(struct tlsmodem *modem, int64_t off_ms);

/* The modem behind a session. */
struct tlsmodem *module_of(const struct at_session *at);

/* The terminal behind a session. */
struct module_terminal *terminal_of(const struct at_session *at);

#endif
