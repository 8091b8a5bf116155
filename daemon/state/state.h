/* state.h: `tlsmodem state`. */
#ifndef DAEMON_STATE_STATE_H
#define DAEMON_STATE_STATE_H

/* Does what the command line, from "state" on, says; the exit status: 0, 1 failure, 2 wrong use or
 * a wrong file. */
int state_main(int argc, char **argv);

#endif
