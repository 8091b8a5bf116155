/* replay_main.c: runs a fuzz target's code once for each file of the folders that it is given. */
#include "replay.h"

int main(int argc, char **argv)
{
    return replay(argc, argv);
}
