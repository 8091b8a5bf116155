/* power.h: a modem is switched on and off: for module/ alone. */
#ifndef MODULE_POWER_H
#define MODULE_POWER_H

#include "base/err.h"

struct tlsmodem;

/* Factory values, then what is stored, in all ports; the maker starts.  It must be off.  Errors are
 * the maker's; the modem counts as on all the same, for power_off(). */
enum err power_on(struct tlsmodem *modem);

/* The maker stops; what was typed, collected and set is forgotten and wiped.  Nothing if it is off.
 */
void power_off(struct tlsmodem *modem);

/* Switches off what module_power_cycle() asked for; no command may run. */
void power_settle(struct tlsmodem *modem);

#endif
