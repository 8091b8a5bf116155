/* control.h: what a laboratory has told a modem that its config does not say: for module/ alone. */
#ifndef MODULE_CONTROL_H
#define MODULE_CONTROL_H

struct tlsmodem;

/* Frees it; the config's texts may lie there. */
void control_deinit(struct tlsmodem *modem);

#endif
