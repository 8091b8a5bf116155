/* world.h: what modems of one thread live on: the loop, and on it the machine's clock, network and
 * names. */
#ifndef RUNTIME_WORLD_H
#define RUNTIME_WORLD_H

#include "dns/dns.h"
#include "posix/clock.h"
#include "posix/loop.h"
#include "posix/mailbox.h"

struct link_watch;
struct tally;

/* Its members may be used, not changed.  Nothing that was opened on it may outlive it. */
struct runtime_world {
    struct posix_loop loop;
    struct posix_clock clock;
    struct mailbox mailbox;   /* for other threads */
    struct net *sockets;      /* the machine's */
    struct dns *dns;          /* in front of them */
    struct net *network;      /* both */
    struct tally *tally;      /* counts what its modems do; NULL: nobody does; owned */
    struct link_watch *links; /* of who follows an interface; NULL: nobody does; owned */
};

/* Makes a world in memory of the caller's, where it stays; everything of it happens in the thread
 * that calls this.  `log` (may be NULL) is borrowed until the world is closed.  ERR_FULL: no
 * descriptors left; ERR_NO_MEMORY; ERR_IO: then there is nothing to close. */
enum err runtime_world_open(struct runtime_world *world, const struct log *log);

/* Counts what modems do that are opened on it from now on.  ERR_NO_MEMORY. */
enum err runtime_world_count(struct runtime_world *world);

/* Lets everything happen until posix_loop_stop(). */
void runtime_world_run(struct runtime_world *world);

/* Gives everything back, after what lives on it is closed.  False: something is open after
 * `limit_ms` still; then the memory is in use. */
bool runtime_world_close(struct runtime_world *world, int64_t limit_ms);

#endif
