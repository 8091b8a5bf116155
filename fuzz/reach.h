/* reach.h: what the inputs of a maker's target have reached. */
#ifndef FUZZ_REACH_H
#define FUZZ_REACH_H

#include <stdbool.h>

/* Watches everything that is driven from now on. */
void reach_watch(void);

/* False, and a line for each on standard error, when something that the maker of the modules that
 * were driven has was not reached: a command that was answered with anything but an error, a state
 * of a state machine, or a service's report of success. */
bool reach_is_complete(void);

#endif
