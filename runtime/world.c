/* world.c: what modems of one thread live on. */
#include "runtime/world.h"

#include "posix/net.h"

/* Without a modem on it nothing is under way: this is a bound, not a wait. */
enum { FAILED_OPEN_CLOSE_MS = 1000 };

enum err runtime_world_open(struct runtime_world *world, const struct log *log)
{
    enum err err = posix_loop_open(&world->loop, log);

    if (err != ERR_OK)
        return err;
    posix_clock_init(&world->clock, &world->loop);
    err = posix_net_open(&world->loop, &world->network);
    if (err != ERR_OK)
        posix_loop_close(&world->loop, FAILED_OPEN_CLOSE_MS);
    return err;
}

void runtime_world_run(struct runtime_world *world)
{
    posix_loop_run(&world->loop);
}

bool runtime_world_close(struct runtime_world *world, int64_t limit_ms)
{
    posix_net_close(world->network);
    return posix_loop_close(&world->loop, limit_ms);
}
