/* fd_channel.c: carries a terminal's bytes over file descriptors.
 *
 * Input is read only while the terminal takes it, output is taken only when the kernel does: a slow
 * side stops the other, and bytes wait where they were made.
 */
#include "posix/fd_channel.h"

#include "iface/no_circuits.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>

/* Other ports get their turn after this much output. */
enum { FLUSH_BYTES = 65536 };

static void update_watches(struct fd_channel *channel)
{
    bool read = !channel->ended && channel->kept.len == 0;
    bool write = channel->blocked && !channel->deaf;
    bool look_out = !read && !channel->left && !channel->ended;
    int in = (read ? FD_READABLE : 0) | (look_out ? FD_LEFT : 0);
    int out = write ? FD_WRITABLE : 0;

    if (channel->in == NULL || channel->terminal == NULL)
        return;
    if (channel->in == channel->out) {
        fd_watch_want(channel->in, in | out);
    } else {
        fd_watch_want(channel->in, in);
        fd_watch_want(channel->out, out);
    }
}

/* Gives bytes to the terminal and returns those that it did not take. */
static struct span feed(struct fd_channel *channel, struct span bytes)
{
    channel->feeding = true;
    do {
        size_t taken;

        channel->room = false;
        taken = channel->terminal->ops->feed(channel->terminal, bytes);
        channel->moved += taken;
        bytes = span_skip(bytes, taken);
    } while (bytes.len > 0 && channel->room);
    channel->feeding = false;
    return bytes;
}

static void keep(struct fd_channel *channel, struct span bytes)
{
    if (bytes_copy(&channel->kept, bytes) != ERR_OK)
        log_say(channel->loop->log, LOG_ERROR, "out of memory: %zu bytes of a host are lost",
                bytes.len);
}

static void say_farewell(struct fd_channel *channel)
{
    if (!channel->farewell || channel->kept.len > 0 || channel->terminal == NULL)
        return;
    channel->farewell = false;
    channel->terminal->ops->host_gone(channel->terminal);
}

static void offer_kept(struct fd_channel *channel)
{
    struct span rest;

    if (channel->kept.len == 0)
        return;
    rest = feed(channel, bytes_span(&channel->kept));
    bytes_drop(&channel->kept, channel->kept.len - rest.len);
    if (rest.len == 0) {
        bytes_free(&channel->kept);
        say_farewell(channel);
    }
}

/* Each line of a host that has left may wait for something; nobody waits for its answer. */
static void hurry(struct fd_channel *channel)
{
    size_t before = 0;

    if (channel->hurrying || channel->terminal == NULL)
        return;
    channel->hurrying = true;
    while (channel->kept.len != before && channel->kept.len > 0 &&
           (channel->hurries || channel->farewell)) {
        before = channel->kept.len;
        if (channel->farewell)
            channel->terminal->ops->host_gone(channel->terminal);
        else
            channel->terminal->ops->abort(channel->terminal);
    }
    channel->hurrying = false;
}

/* Writes one piece; false when the rest has to wait. */
static bool write_piece(struct fd_channel *channel, struct span bytes)
{
    ssize_t count = write(channel->out_fd, bytes.data, bytes.len);

    if (count < 0) {
        channel->deaf = errno != EAGAIN && errno != EINTR;
        channel->blocked = !channel->deaf;
        return false;
    }
    channel->moved += (size_t)count;
    channel->terminal->ops->consume(channel->terminal, (size_t)count);
    channel->blocked = (size_t)count < bytes.len;
    return !channel->blocked;
}

static void flush(struct fd_channel *channel)
{
    size_t written = 0;

    channel->flushing = true;
    for (;;) {
        struct span bytes = channel->terminal->ops->peek(channel->terminal);

        if (bytes.len == 0)
            break;
        if (written >= FLUSH_BYTES) {
            channel->blocked = true; /* go on when the loop says that it may be written */
            break;
        }
        written += bytes.len;
        if (!write_piece(channel, bytes))
            break;
    }
    channel->flushing = false;
}

static bool may_flush(const struct fd_channel *channel)
{
    return channel->terminal != NULL && channel->out_fd >= 0 && !channel->deaf &&
           !channel->blocked && !channel->flushing;
}

static void flush_and_tell(struct fd_channel *channel)
{
    if (!may_flush(channel))
        return;
    flush(channel);
    update_watches(channel);
    if (channel->deaf)
        channel->on_hangup(channel->owner);
}

static bool refuses(const struct fd_channel *channel, struct span bytes)
{
    return channel->refuses != NULL && channel->refuses(channel->owner, bytes);
}

static void read_once(struct fd_channel *channel)
{
    ssize_t count = read(channel->in_fd, channel->loop->scratch, sizeof(channel->loop->scratch));
    struct span rest;

    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count <= 0 || refuses(channel, span_at(channel->loop->scratch, (size_t)count))) {
        channel->ended = true;
        update_watches(channel);
        channel->on_hangup(channel->owner);
        return;
    }
    rest = feed(channel, span_at(channel->loop->scratch, (size_t)count));
    if (rest.len > 0)
        keep(channel, rest);
    hurry(channel);
    update_watches(channel);
    if (channel->deaf)
        channel->on_hangup(channel->owner);
}

static void note_leaving(struct fd_channel *channel)
{
    channel->left = true;
    update_watches(channel);
    channel->on_hangup(channel->owner);
}

static void on_in(void *ctx, int events)
{
    if ((events & FD_READABLE) != 0)
        read_once(ctx);
    else if ((events & FD_LEFT) != 0)
        note_leaving(ctx);
}

static void on_out(void *ctx, int events)
{
    struct fd_channel *channel = ctx;

    (void)events;
    channel->blocked = false;
    flush_and_tell(channel);
}

static void on_both(void *ctx, int events)
{
    struct fd_channel *channel = ctx;

    if ((events & FD_WRITABLE) != 0)
        on_out(channel, events);
    /* Writing may have shown that the host is gone, or made the terminal refuse input. */
    if ((events & FD_READABLE) != 0 && channel->in_fd >= 0 && channel->kept.len == 0 &&
        !channel->ended)
        read_once(channel);
    else if ((events & FD_LEFT) != 0 && channel->in_fd >= 0)
        note_leaving(channel);
}

void fd_channel_output_ready(struct channel *base)
{
    flush_and_tell((struct fd_channel *)base);
}

void fd_channel_input_room(struct channel *base)
{
    struct fd_channel *channel = (struct fd_channel *)base;

    if (channel->feeding) {
        channel->room = true;
        return;
    }
    offer_kept(channel);
    hurry(channel);
    update_watches(channel);
}

const struct channel_ops fd_channel_ops = {
    .output_ready = fd_channel_output_ready,
    .input_room = fd_channel_input_room,
    .set_lines = channel_no_lines,
    .set_rate = channel_no_rate,
};

void fd_channel_init(struct fd_channel *channel, const struct channel_ops *ops,
                     struct posix_loop *loop, void (*on_hangup)(void *owner), void *owner)
{
    assert(ops != NULL && loop != NULL && on_hangup != NULL);
    *channel = (struct fd_channel){
        .base = { .ops = ops, .sees_late = true },
        .loop = loop,
        .in_fd = -1,
        .out_fd = -1,
        .on_hangup = on_hangup,
        .owner = owner,
    };
}

void fd_channel_start(struct fd_channel *channel, struct terminal *terminal)
{
    assert(terminal != NULL && channel->terminal == NULL);
    channel->terminal = terminal;
    if (channel->lf_ends_lines)
        terminal->ops->accept_lf(terminal);
    update_watches(channel);
    flush_and_tell(channel);
}

enum err fd_channel_join(struct fd_channel *channel, int in_fd, int out_fd)
{
    bool one = in_fd == out_fd;
    enum err err = fd_watch_new(channel->loop, in_fd, one ? on_both : on_in, channel, &channel->in);

    assert(in_fd >= 0 && out_fd >= 0 && channel->in_fd < 0);
    if (err != ERR_OK)
        return err;
    if (one)
        channel->out = channel->in;
    else
        err = fd_watch_new(channel->loop, out_fd, on_out, channel, &channel->out);
    if (err != ERR_OK) {
        fd_watch_free(channel->in);
        channel->in = NULL;
        return err;
    }
    channel->in_fd = in_fd;
    channel->out_fd = out_fd;
    channel->blocked = channel->ended = channel->deaf = channel->left = false;
    channel->hurries = false;
    update_watches(channel);
    flush_and_tell(channel);
    return ERR_OK;
}

void fd_channel_leave(struct fd_channel *channel)
{
    if (channel->out != channel->in)
        fd_watch_free(channel->out);
    fd_watch_free(channel->in);
    channel->in = channel->out = NULL;
    channel->in_fd = channel->out_fd = -1;
}

void fd_channel_deinit(struct fd_channel *channel)
{
    fd_channel_leave(channel);
    bytes_free(&channel->kept);
}

void fd_channel_hurry(struct fd_channel *channel)
{
    channel->hurries = true;
    hurry(channel);
    update_watches(channel);
}

void fd_channel_farewell(struct fd_channel *channel)
{
    channel->farewell = true;
    hurry(channel);
    say_farewell(channel);
}

void fd_channel_forget(struct fd_channel *channel)
{
    bytes_free(&channel->kept);
    say_farewell(channel);
}

bool fd_channel_is_over(const struct fd_channel *channel)
{
    return channel->ended || (channel->deaf && channel->kept.len > 0);
}

bool fd_channel_is_drained(const struct fd_channel *channel)
{
    return channel->kept.len == 0 &&
           (channel->terminal == NULL || channel->terminal->ops->peek(channel->terminal).len == 0);
}
