/* stdio_port.c: a port on standard input and output: for scripts, and for a person at a terminal.
 *
 * What comes from a file or a pipe may have line feeds for line ends, and a last line without any.
 * A terminal is made raw, so that keys reach the module as they are typed and the module does the
 * echo; only Ctrl-C keeps its meaning (Ctrl-Z ends a prompt of the module).  When the input has
 * ended, the port goes on until the module has taken all of it, is not busy, and has said all it
 * had to say; but a command for which nothing happens any more is given up after a while, and a
 * prompt or online mode ends the port then.
 */
#include "posix/now.h"
#include "posix/port_kinds.h"
#include "posix/timer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

enum { CHECK_MS = 20, PATIENCE_MS = 15000 };

struct stdio_port {
    struct port base;
    int flags[2]; /* of descriptors 0 and 1, which we share with the shell */
    bool raw;
    struct termios saved;
    struct clock_timer *check;
    uint64_t moved; /* bytes either way, and since when there were no more of them */
    int64_t still_ms;
    bool ended;
};

static void save_flags(struct stdio_port *self)
{
    for (int fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++)
        self->flags[fd] = fcntl(fd, F_GETFL);
}

static void restore_flags(struct stdio_port *self)
{
    for (int fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++)
        if (self->flags[fd] >= 0)
            fcntl(fd, F_SETFL, self->flags[fd]);
}

static void make_raw(struct stdio_port *self)
{
    struct termios raw;

    if (tcgetattr(STDIN_FILENO, &self->saved) < 0)
        return;
    raw = self->saved;
    cfmakeraw(&raw);
    raw.c_lflag |= ISIG;
    raw.c_cc[VSUSP] = _POSIX_VDISABLE;
    raw.c_cc[VQUIT] = _POSIX_VDISABLE;
    self->raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void close_stdio(struct port *port)
{
    struct stdio_port *self = (struct stdio_port *)port;

    fd_channel_deinit(&self->base.channel);
    clock_timer_free(self->check);
    if (self->raw)
        tcsetattr(STDIN_FILENO, TCSANOW, &self->saved);
    restore_flags(self);
    free(self);
}

static const struct port_ops stdio_ops = { .close = close_stdio };

static bool is_busy(struct stdio_port *self)
{
    struct terminal *terminal = self->base.channel.terminal;

    return terminal->ops->busy != NULL && terminal->ops->busy(terminal);
}

/* True when nothing has moved for long, and not because nobody reads our output. */
static bool stands_still(struct stdio_port *self)
{
    struct terminal *terminal = self->base.channel.terminal;
    bool unread = terminal->ops->peek(terminal).len > 0;

    if (self->moved != self->base.channel.moved || self->still_ms == 0 || unread) {
        self->moved = self->base.channel.moved;
        self->still_ms = posix_now_ms();
    }
    return posix_now_ms() - self->still_ms >= PATIENCE_MS;
}

/* True when it was of no use: no command waits that would give up. */
static bool give_up(struct stdio_port *self)
{
    struct terminal *terminal = self->base.channel.terminal;

    terminal->ops->abort(terminal);
    return is_busy(self) && stands_still(self);
}

static bool is_over(struct stdio_port *self)
{
    struct fd_channel *channel = &self->base.channel;

    if (channel->deaf)
        return true;
    if (channel->ended && fd_channel_is_drained(channel)) {
        if (channel->terminal->ops->end_input(channel->terminal))
            return false;
        if (!is_busy(self))
            return true;
    }
    return stands_still(self) && give_up(self);
}

static void on_check(void *ctx)
{
    struct stdio_port *self = ctx;

    if (self->ended)
        return;
    if (!is_over(self)) {
        clock_timer_start(self->check, CHECK_MS);
        return;
    }
    self->ended = true;
    port_set_away(&self->base, true);
    if (self->base.on_end != NULL)
        self->base.on_end(self->base.end_ctx);
}

/* Perhaps inside a call of the engine, which should not be asked questions then. */
static void on_hangup(void *owner)
{
    struct stdio_port *self = owner;

    clock_timer_start(self->check, 0);
}

enum err stdio_port_open(struct posix_loop *loop, const struct port_spec *spec,
                         struct port_failure *ret_failure, struct port **ret_port)
{
    struct stdio_port *self = calloc(1, sizeof(*self));
    enum err err;

    (void)spec;
    if (self == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    self->base.ops = &stdio_ops;
    self->base.loop = loop;
    snprintf(self->base.label, sizeof(self->base.label), "stdio");
    fd_channel_init(&self->base.channel, &fd_channel_ops, loop, on_hangup, self);
    self->base.channel.lf_ends_lines = !isatty(STDIN_FILENO);
    save_flags(self);
    err = posix_timer_new(loop, on_check, self, &self->check);
    if (err == ERR_OK)
        err = fd_channel_join(&self->base.channel, STDIN_FILENO, STDOUT_FILENO);
    if (err != ERR_OK) {
        port_fail(ret_failure, err, "cannot use standard input and output: %s", err_text(err));
        close_stdio(&self->base);
        return err;
    }
    make_raw(self);
    *ret_port = &self->base;
    return ERR_OK;
}
