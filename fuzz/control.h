/* control.h: what a laboratory does in a step (tlsmodem_control.h). */
#ifndef FUZZ_CONTROL_H
#define FUZZ_CONTROL_H

#include "world.h"

/* Does what the number stands for; those beyond the last begin anew. */
void fuzz_control(struct world *world, uint8_t number);

/* Takes a message that a host sends, refuses it, or decides later, by its reference. */
enum tlsmodem_sent fuzz_control_take(void *ctx, const struct tlsmodem_sending *message);

/* Leaves the modem on, without a call, as whoever comes last would. */
void fuzz_control_end(struct world *world);

#endif
