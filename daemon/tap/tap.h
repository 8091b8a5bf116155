/* tap.h: sits between a module and its host. */
#ifndef DAEMON_TAP_TAP_H
#define DAEMON_TAP_TAP_H

/* `tlsmodem tap …`, argv[0] being "tap": its exit status. */
int tap_main(int argc, char **argv);

#endif
