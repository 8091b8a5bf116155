/* conversation.h: what is true of a modem after any input. */
#ifndef FUZZ_CONVERSATION_H
#define FUZZ_CONVERSATION_H

#include "world.h"

enum { FUZZ_PORT = 443 };

/* Time passes, peers take everything, and the host of each port leaves whatever state it is in by
 * the ways that hosts have: it ends its line, gives a prompt its bytes, types the escape sequence
 * and ESC.  AT must then be answered with OK.  `escapes`: the escape sequence must have done; it
 * may be switched off else, and DTR drops.  Ends the program when that is not so. */
void fuzz_check_it_answers(struct world *world, bool escapes);

/* Switches off: nothing of the world may be left open.  Ends the program when it is. */
void fuzz_check_it_lets_go(struct world *world);

#endif
