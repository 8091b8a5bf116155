/* sim.h: the SIM: whether it is there, and wants its PIN or PUK. */
#ifndef MODULE_SIM_H
#define MODULE_SIM_H

#include "at/command.h"
#include "module/sim_state.h"

#include <stdbool.h>
#include <stdint.h>

struct tlsmodem;

/* A new one, ready and not locked. */
void sim_init(struct tlsmodem *modem);

/* Power comes: it wants its PIN, if it is locked. */
void sim_start(struct tlsmodem *modem);

/* True while nothing is wanted of it. */
bool sim_is_ready(const struct tlsmodem *modem);

/* Somebody puts another state on it, with new tries, where the modem may be off. */
void sim_set(struct tlsmodem *modem, uint8_t state);

/* A host gives the PIN; false: it is wrong, which blocks it in the end. */
bool sim_enter_pin(struct tlsmodem *modem, struct span pin);

/* The same of the PUK, with the new PIN; `pin` must be 4 to 8 digits. */
bool sim_enter_puk(struct tlsmodem *modem, struct span puk, struct span pin);

/* The same while it is ready, where nothing but the tries changes. */
bool sim_check_pin(struct tlsmodem *modem, struct span pin);

/* Takes another PIN, of 4 to 8 digits. */
void sim_change_pin(struct tlsmodem *modem, struct span pin);

/* True of 4 to 8 digits. */
bool sim_is_pin(struct span pin);

/* AT_OK where the SIM lets a command run; else its error. */
enum at_status sim_allows(struct at_session *at, const struct at_command *row);

#endif
