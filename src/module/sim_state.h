/* sim_state.h: what is known of the SIM; sim.h says what becomes of it. */
#ifndef MODULE_SIM_STATE_H
#define MODULE_SIM_STATE_H

#include <stdbool.h>
#include <stdint.h>

enum { SIM_PIN_MIN = 4, SIM_PIN_MAX = 8, SIM_PUK_SIZE = 8, SIM_PIN_TRIES = 3, SIM_PUK_TRIES = 10 };

/* What is on it outlives the power. */
struct module_sim {
    uint8_t state;  /* enum tlsmodem_sim */
    uint8_t before; /* the state before it */
    bool is_locked; /* wants its PIN at each power-on (27.007 7.4 "SC") */
    uint8_t pin_tries, puk_tries;
    char pin[SIM_PIN_MAX + 1];
};

#endif
