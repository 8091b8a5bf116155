/* replay.h: runs a fuzz target's code once for each file of some folders. */
#ifndef TESTS_REPLAY_H
#define TESTS_REPLAY_H

/* The arguments of a program: folders.  Returns its exit status; names each file before it runs. */
int replay(int argc, char **argv);

#endif
