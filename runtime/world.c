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
    err = posix_net_open(&world->loop, &world->sockets);
    if (err == ERR_OK) {
        err = dns_open(&world->loop, world->sockets, &world->dns);
        if (err != ERR_OK)
            posix_net_close(world->sockets);
    }
    if (err != ERR_OK) {
        posix_loop_close(&world->loop, FAILED_OPEN_CLOSE_MS);
        return err;
    }
    world->network = dns_net(world->dns);
    return ERR_OK;
}

void runtime_world_run(struct runtime_world *world)
{
    posix_loop_run(&world->loop);
}

bool runtime_world_close(struct runtime_world *world, int64_t limit_ms)
{
    dns_close(world->dns);
    posix_net_close(world->sockets);
    return posix_loop_close(&world->loop, limit_ms);
}
