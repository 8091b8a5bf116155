/* pty.c: a port that hosts open like a serial device: a pseudo-terminal and a link to it. */
#include "posix/port_kinds.h"
#include "posix/pty_pair.h"

#include <stdio.h>
#include <stdlib.h>

_Static_assert((int)PORT_WHERE_CAP == (int)PTY_PATH_CAP, "a path fits");

struct pty_port {
    struct port base;
    struct pty_pair pair;
};

static void close_pty(struct port *port)
{
    struct pty_port *pty = (struct pty_port *)port;

    fd_channel_deinit(&pty->base.channel);
    pty_pair_close(&pty->pair);
    free(pty);
}

static bool host_format(const struct port *port, struct serial_format *ret_format)
{
    return pty_pair_format(&((const struct pty_port *)port)->pair, ret_format);
}

static bool is_sent(const struct port *port)
{
    return pty_pair_unread(&((const struct pty_port *)port)->pair) == 0;
}

static const struct port_ops pty_ops = { .close = close_pty,
                                         .host_format = host_format,
                                         .is_sent = is_sent };

/* Our end cannot hang up while we hold the other one. */
static void on_hangup(void *owner)
{
    struct pty_port *pty = owner;

    log_say(pty->base.loop->log, LOG_ERROR, "%s: the terminal failed; restart tlsmodem",
            pty->base.label);
    fd_channel_leave(&pty->base.channel);
    port_set_away(&pty->base, true);
}

/* Links it last, when all is ready for a host. */
static enum err open_pair(struct pty_port *pty, const struct port_spec *spec,
                          struct port_failure *ret_failure)
{
    enum err err = pty_pair_open(&pty->pair, spec->where, ret_failure);

    if (err != ERR_OK)
        return err;
    if (spec->line.baud != 0)
        pty_pair_set_format(&pty->pair, &spec->line);
    snprintf(pty->base.label, sizeof(pty->base.label), "pty %s", pty_pair_where(&pty->pair));
    err = fd_channel_join(&pty->base.channel, pty->pair.master_fd, pty->pair.master_fd);
    if (err != ERR_OK)
        return port_fail(ret_failure, err, "cannot watch a pseudo-terminal: %s", err_text(err));
    return pty_pair_link(&pty->pair, ret_failure);
}

enum err pty_port_open(struct posix_loop *loop, const struct port_spec *spec,
                       struct port_failure *ret_failure, struct port **ret_port)
{
    struct pty_port *pty = calloc(1, sizeof(*pty));
    enum err err;

    if (pty == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    pty->base.ops = &pty_ops;
    pty->base.loop = loop;
    pty->pair = (struct pty_pair){ .master_fd = -1, .slave_fd = -1 };
    fd_channel_init(&pty->base.channel, &fd_channel_ops, loop, on_hangup, pty);
    err = open_pair(pty, spec, ret_failure);
    if (err != ERR_OK) {
        close_pty(&pty->base);
        return err;
    }
    *ret_port = &pty->base;
    return ERR_OK;
}
