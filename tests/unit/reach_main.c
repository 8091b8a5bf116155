/* reach_main.c: the same for a maker's target, and fails when something is not reached. */
#include "reach.h"
#include "replay.h"

int main(int argc, char **argv)
{
    int status;

    reach_watch();
    status = replay(argc, argv);
    return status == 0 && !reach_is_complete() ? 1 : status;
}
