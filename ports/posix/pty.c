/* pty.c: a port that hosts open like a serial device: a pseudo-terminal and a link to it.
 *
 * We keep the terminal's own end open.  Without that its settings and what nobody has read yet
 * would go with each host, and our end would report a hang-up until the next one.  A host may set
 * the terminal as it likes; we only start it raw and without echo.
 */
#include "posix/port_kinds.h"
#include "posix/pty_link.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

enum { SLAVE_NAME_CAP = 64 };

struct pty_port {
    struct port base;
    int master_fd, slave_fd;
    char slave[SLAVE_NAME_CAP];
    char path[PORT_WHERE_CAP];
    bool linked;
};

static void close_pty(struct port *port)
{
    struct pty_port *pty = (struct pty_port *)port;

    fd_channel_deinit(&pty->base.channel);
    if (pty->linked)
        pty_link_remove(pty->path, pty->slave);
    if (pty->slave_fd >= 0)
        close(pty->slave_fd);
    if (pty->master_fd >= 0)
        close(pty->master_fd);
    free(pty);
}

static const struct port_ops pty_ops = { .close = close_pty };

/* Our end cannot hang up while we hold the other one. */
static void on_hangup(void *owner)
{
    struct pty_port *pty = owner;

    log_say(pty->base.loop->log, LOG_ERROR, "%s: the terminal failed; restart tlsmodem",
            pty->base.label);
    fd_channel_leave(&pty->base.channel);
    port_set_away(&pty->base, true);
}

static bool open_pair(struct pty_port *pty)
{
    struct termios settings;

    pty->master_fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (pty->master_fd < 0 || grantpt(pty->master_fd) < 0 || unlockpt(pty->master_fd) < 0)
        return false;
    if (ptsname_r(pty->master_fd, pty->slave, sizeof(pty->slave)) != 0)
        return false;
    pty->slave_fd = open(pty->slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (pty->slave_fd < 0 || tcgetattr(pty->slave_fd, &settings) < 0)
        return false;
    cfmakeraw(&settings);
    return tcsetattr(pty->slave_fd, TCSANOW, &settings) == 0;
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
    pty->master_fd = pty->slave_fd = -1;
    snprintf(pty->path, sizeof(pty->path), "%s", spec->where);
    snprintf(pty->base.label, sizeof(pty->base.label), "pty %s", spec->where);
    fd_channel_init(&pty->base.channel, &fd_channel_ops, loop, on_hangup, pty);
    if (!open_pair(pty)) {
        err = port_fail_errno(ret_failure, "cannot make a pseudo-terminal for %s", pty->path);
        goto fail;
    }
    if (pty->path[0] != '\0')
        pty_link_claim(pty->slave_fd, pty->path);
    else
        snprintf(pty->base.label, sizeof(pty->base.label), "pty %s", pty->slave);
    err = fd_channel_join(&pty->base.channel, pty->master_fd, pty->master_fd);
    if (err != ERR_OK) {
        port_fail(ret_failure, err, "cannot watch a pseudo-terminal: %s", err_text(err));
        goto fail;
    }
    if (pty->path[0] != '\0') {
        err = pty_link_make(pty->path, pty->slave, ret_failure);
        if (err != ERR_OK)
            goto fail;
        pty->linked = true;
    }
    *ret_port = &pty->base;
    return ERR_OK;

fail:
    close_pty(&pty->base);
    return err;
}
