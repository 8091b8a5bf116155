/* check.h: plays transcripts and says what came out otherwise. */
#ifndef DAEMON_CHECK_CHECK_H
#define DAEMON_CHECK_CHECK_H

/* `tlsmodem check …`, argv[0] being "check": its exit status. */
int check_main(int argc, char **argv);

#endif
