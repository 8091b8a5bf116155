/* part.h: a part of a module: a feature with a life of its own, such as its sockets, HTTP or mail.
 *
 * A maker lists its parts once (personality.h), and module/ goes through the list: no maker has a
 * loop over its own.  A part has units, one or as many as there are sockets; each has its state in
 * memory of its own, which is made when it is first needed and given back when it is idle, so that
 * what nobody uses costs a pointer.
 */
#ifndef MODULE_PART_H
#define MODULE_PART_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct module_terminal;
struct tlsmodem;

/* Constant.  A hook that is NULL does nothing; those of units are called for each that is there, in
 * the order of the list, and may make others.  All of them run inside the modem (module_enter). */
struct module_part {
    size_t size; /* of a unit's state in bytes; 0: it has no units and costs nothing; hooks get NULL
                  * for its state, and it owes nothing and says nothing on its own */
    uint8_t units; /* how many there may be; 0: one */
    uint8_t
        units_limit; /* 1 + index into the model's limits, which then says how many; 0: `units` */
    bool from_start; /* all units are made at power-on */

    /* A unit's memory was made, all zero; `unit` from 0. */
    void (*init)(struct tlsmodem *modem, void *state, size_t unit);
    /* It goes, at power-off or because it is idle: frees what it owns.  Nobody is told. */
    void (*deinit)(struct tlsmodem *modem, void *state);
    /* Nobody would miss it: no host, peer, timer, prompt or command needs it, and init() would
     * bring all of it back.  NULL: it stays until power-off. */
    bool (*is_idle)(const struct tlsmodem *modem, const void *state);

    /* A host has been told OK, or nothing yet, and what comes of it is still to be said.  NULL: it
     * never is. */
    bool (*owes)(const struct tlsmodem *modem, const void *state);

    /* Of the part as a whole: power on, before the stored settings are there, and after; off, when
     * no unit is left. */
    enum err (*start)(struct tlsmodem *modem);
    void (*ready)(struct tlsmodem *modem);
    void (*stop)(struct tlsmodem *modem);
    /* The voltage falls too low: the power will go. */
    void (*on_low_voltage)(struct tlsmodem *modem);

    /* When tick() has something to do; CLOCK_NEVER. */
    int64_t (*deadline)(const struct tlsmodem *modem, const void *state);
    /* Does what time asks for; nothing before the deadline. */
    void (*tick)(struct tlsmodem *modem, void *state);
    /* A port is quiet: at_unsolicited() may be called while at_may_speak(). */
    void (*on_quiet)(struct module_terminal *terminal, void *state);
    /* The host has dropped DTR, and &D says what that means. */
    void (*on_dtr_drop)(struct module_terminal *terminal, void *state);
    /* A PDP context that was active has gone down. */
    void (*on_context_down)(struct tlsmodem *modem, void *state, size_t cid);
    /* Changes that storage had taken were lost: it gives again what was there before. */
    void (*on_storage_lost)(struct tlsmodem *modem);
    /* Of the part as a whole: the SIM has another state. */
    void (*on_sim)(struct tlsmodem *modem);
    /* The network does not have the module any more. */
    void (*on_lost)(struct tlsmodem *modem, void *state);
    /* The network has taken the module in again, or says what time it is. */
    void (*on_registered)(struct tlsmodem *modem, void *state);
};

/* The state of unit `index` (from 0), made if it is not there: NULL when there is no memory, which
 * is then the error of the command that asked.  The part must be one of this modem's maker and have
 * a size, `index` below module_part_units().  It stays where it is until it is given back: at the
 * earliest when the outermost call into the modem ends and is_idle() agrees. */
void *module_part(struct tlsmodem *modem, const struct module_part *part, size_t index);

/* The same, but NULL when it is not there. */
void *module_part_if(const struct tlsmodem *modem, const struct module_part *part, size_t index);

/* How many units a part has on a modem. */
size_t module_part_units(const struct tlsmodem *modem, const struct module_part *part);

/* ---- for module/ alone: all parts of a modem, in the order of its maker's list ---- */

/* Power on.  ERR_NO_MEMORY, and the errors of start(): what was made stays until parts_stop(). */
enum err parts_start(struct tlsmodem *modem);

/* The stored settings are there. */
void parts_ready(struct tlsmodem *modem);

/* The voltage falls too low. */
void parts_on_low_voltage(struct tlsmodem *modem);

/* Power off: wipes and frees all units. */
void parts_stop(struct tlsmodem *modem);

/* The earliest of all deadlines in ms; CLOCK_NEVER. */
int64_t parts_deadline(const struct tlsmodem *modem);

/* Each part does what time asks for. */
void parts_tick(struct tlsmodem *modem);

/* True when one of them owes a host what came of a command. */
bool parts_owe(const struct tlsmodem *modem);

/* The terminal's port is quiet: one after the other, while at_may_speak(). */
void parts_on_quiet(struct module_terminal *terminal);

/* The terminal's host has dropped DTR. */
void parts_on_dtr_drop(struct module_terminal *terminal);

/* Changes that storage had taken were lost. */
void parts_on_storage_lost(struct tlsmodem *modem);

/* The context `cid` was active and has gone down. */
void parts_on_context_down(struct tlsmodem *modem, size_t cid);

/* The SIM has another state. */
void parts_on_sim(struct tlsmodem *modem);

/* The network does not have the module any more. */
void parts_on_lost(struct tlsmodem *modem);

/* The network has taken the module in again. */
void parts_on_registered(struct tlsmodem *modem);

/* Gives the memory of idle units back; nobody may hold a pointer to one. */
void parts_give_back(struct tlsmodem *modem);

#endif
