/* replay.h: is the module of a recording. */
#ifndef DAEMON_REPLAY_REPLAY_H
#define DAEMON_REPLAY_REPLAY_H

/* `tlsmodem replay …`, argv[0] being "replay": its exit status. */
int replay_main(int argc, char **argv);

#endif
