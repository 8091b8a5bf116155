/* probe.h: asks a real module for the facts that no manual has. */
#ifndef DAEMON_PROBE_PROBE_H
#define DAEMON_PROBE_PROBE_H

/* `tlsmodem probe …`, argv[0] being "probe": its exit status. */
int probe_main(int argc, char **argv);

#endif
