/* ctl.h: `tlsmodem ctl`, also called as tlsmodemctl: asks the control port of a run. */
#ifndef CTL_CTL_H
#define CTL_CTL_H

/* Does what argv[1] to the end say, and returns the program's exit status: 0; 1: it was refused, or
 * nobody answers; 2: wrong use. */
int ctl_main(int argc, char **argv);

#endif
