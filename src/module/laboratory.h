/* laboratory.h: what goes wrong on demand with a modem (tlsmodem_control.h): where it stands. */
#ifndef MODULE_LABORATORY_H
#define MODULE_LABORATORY_H

#include "base/err.h"
#include "base/span.h"
#include "iface/channel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tlsmodem;

/* Puts it around what the config has; before anything of that is used.  ERR_NO_MEMORY. */
enum err laboratory_open(struct tlsmodem *modem);

/* Frees it, after everything that used what it stood around.  Nothing where there is none. */
void laboratory_close(struct tlsmodem *modem);

/* What connection_world.whose is to be. */
int32_t *laboratory_whose(struct tlsmodem *modem);

/* A command line begins to run at the port `index`, given without its AT. */
void laboratory_on_line(struct tlsmodem *modem, size_t index, struct span line);

/* True where a command that is about to run is to be refused, and with what. */
bool laboratory_refuses(struct tlsmodem *modem, int32_t *ret_code);

/* The line at the port `index` has ended: what it answers is written. */
void laboratory_on_line_end(struct tlsmodem *modem, size_t index);

/* The module was switched on. */
void laboratory_on_power(struct tlsmodem *modem);

/* What the channel of a port drives; without memory the module's own terminal. */
struct terminal *laboratory_terminal(struct tlsmodem *modem, size_t index);

/* Who carries the port's bytes, NULL: nobody; returns the channel that the module's terminal is to
 * have. */
struct channel *laboratory_attach(struct tlsmodem *modem, size_t index, struct channel *channel);

/* Faults were added or removed. */
void laboratory_refresh(struct tlsmodem *modem);

#endif
