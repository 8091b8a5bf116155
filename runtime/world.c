/* world.c: what modems of one thread live on. */
#include "runtime/world.h"

#include "posix/link_watch.h"
#include "posix/net.h"
#include "runtime/tally.h"

/* Without a modem on it nothing is under way: this is a bound, not a wait. */
enum { FAILED_OPEN_CLOSE_MS = 1000 };

static enum err open_rest(struct runtime_world *world)
{
    enum err err = posix_mailbox_open(&world->mailbox, &world->loop);

    posix_clock_init(&world->clock, &world->loop);
    if (err == ERR_OK)
        err = posix_net_open(&world->loop, &world->sockets);
    if (err == ERR_OK)
        err = dns_open(&world->loop, world->sockets, &world->dns);
    return err;
}

enum err runtime_world_open(struct runtime_world *world, const struct log *log)
{
    enum err err = posix_loop_open(&world->loop, log);

    if (err != ERR_OK)
        return err;
    world->sockets = NULL;
    world->tally = NULL;
    world->links = NULL;
    world->dns = NULL;
    world->mailbox = (struct mailbox){ .is_open = false };
    err = open_rest(world);
    if (err != ERR_OK) {
        runtime_world_close(world, FAILED_OPEN_CLOSE_MS);
        return err;
    }
    world->network = dns_net(world->dns);
    return ERR_OK;
}

enum err runtime_world_count(struct runtime_world *world)
{
    return tally_open(&world->clock.base, &world->mailbox, &world->tally);
}

void runtime_world_run(struct runtime_world *world)
{
    posix_loop_run(&world->loop);
}

bool runtime_world_close(struct runtime_world *world, int64_t limit_ms)
{
    tally_close(world->tally);
    world->tally = NULL;
    link_watch_close(world->links);
    dns_close(world->dns);
    posix_net_close(world->sockets);
    posix_mailbox_close(&world->mailbox);
    return posix_loop_close(&world->loop, limit_ms);
}
