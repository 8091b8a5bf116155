/* fd_channel.h: carries a terminal's bytes over file descriptors; what all kinds of port share. */
#ifndef POSIX_FD_CHANNEL_H
#define POSIX_FD_CHANNEL_H

#include "base/bytes.h"
#include "iface/channel.h"
#include "posix/fd_watch.h"

/* What a host sent outlives its leaving: `kept` is offered to the terminal before the next host's
 * bytes.  What the terminal has for a host stays in the terminal until the kernel takes it, or
 * fd_channel_farewell(). */
struct fd_channel {
    struct channel base; /* first member */
    struct posix_loop *loop;
    struct terminal *terminal; /* NULL until fd_channel_start() */
    int in_fd, out_fd;         /* -1: no host */
    struct fd_watch *in, *out; /* the same where one descriptor does both */
    struct bytes kept;         /* read, not taken yet; no memory when there is nothing */
    bool feeding, flushing;    /* inside feed(), inside peek() and consume() */
    bool room;                 /* input_room() came while feeding */
    bool blocked;              /* the kernel takes no output now */
    bool ended;                /* the host has finished sending */
    bool deaf;                 /* the host takes nothing any more */
    bool left;                 /* the host sends no more, though not all of it may be read */
    bool hurries;              /* since fd_channel_hurry() */
    bool hurrying;             /* inside hurry() */
    bool lf_ends_lines;        /* the host may be a script; set before fd_channel_start() */
    uint64_t moved;            /* bytes either way, to see whether something goes on */
    bool farewell;             /* the terminal is to hear that the host is gone after `kept` */
    /* Look at fd_channel_is_over(), `ended`, `deaf`, `left`.  May come from inside output_ready().
     */
    void (*on_hangup)(void *owner);
    /* Asked before the terminal gets what was read: true, and it does not get it, and the host has
     * finished.  NULL: false. */
    bool (*refuses)(void *owner, struct span bytes);
    void *owner;
};

/* A channel without a host.  `ops` are fd_channel_ops, or a port's own that call the functions
 * below. */
void fd_channel_init(struct fd_channel *channel, const struct channel_ops *ops,
                     struct posix_loop *loop, void (*on_hangup)(void *owner), void *owner);

/* Leaves the host and wipes what was kept. */
void fd_channel_deinit(struct fd_channel *channel);

/* From now on bytes move.  `terminal` is borrowed. */
void fd_channel_start(struct fd_channel *channel, struct terminal *terminal);

/* A host is there, on descriptors that stay the caller's.  ERR_NO_MEMORY; ERR_FULL; ERR_IO. */
enum err fd_channel_join(struct fd_channel *channel, int in_fd, int out_fd);

/* Nobody waits for the answers of a host that has `left`: commands that wait for something give it
 * up, so that the rest of what it has sent is taken. */
void fd_channel_hurry(struct fd_channel *channel);

/* The descriptors are not used any more, and may be closed. */
void fd_channel_leave(struct fd_channel *channel);

/* The host that has left will not come back: the terminal hears of it once it has all that the host
 * sent. */
void fd_channel_farewell(struct fd_channel *channel);

/* What the host that has left has sent, and nobody has taken, means nothing with the next one's
 * bytes: it is wiped.  A terminal that still waits for the farewell hears it now. */
void fd_channel_forget(struct fd_channel *channel);

/* True when nothing more can come from this host to the terminal. */
bool fd_channel_is_over(const struct fd_channel *channel);

/* True when everything that was read is fed and everything that was said is written. */
bool fd_channel_is_drained(const struct fd_channel *channel);

extern const struct channel_ops fd_channel_ops;

/* Writes what there is to write; a member of fd_channel_ops, for ports with an own set. */
void fd_channel_output_ready(struct channel *channel);

/* Feeds what was kept, and reads on; a member of fd_channel_ops, for ports with an own set. */
void fd_channel_input_room(struct channel *channel);

#endif
