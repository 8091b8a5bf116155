/* pty_pair.c: a pseudo-terminal, and the link under which hosts find it. */
#include "posix/pty_pair.h"

#include "posix/pty_link.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static bool open_both(struct pty_pair *pair)
{
    struct termios settings;

    pair->master_fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (pair->master_fd < 0 || grantpt(pair->master_fd) < 0 || unlockpt(pair->master_fd) < 0)
        return false;
    if (ptsname_r(pair->master_fd, pair->slave, sizeof(pair->slave)) != 0)
        return false;
    pair->slave_fd = open(pair->slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (pair->slave_fd < 0 || tcgetattr(pair->slave_fd, &settings) < 0)
        return false;
    cfmakeraw(&settings);
    return tcsetattr(pair->slave_fd, TCSANOW, &settings) == 0;
}

enum err pty_pair_open(struct pty_pair *pair, const char *path, struct port_failure *ret_failure)
{
    enum err err;

    assert(strlen(path) < sizeof(pair->path));
    *pair = (struct pty_pair){ .master_fd = -1, .slave_fd = -1 };
    strcpy(pair->path, path);
    if (open_both(pair))
        return ERR_OK;
    err = port_fail_errno(ret_failure, "cannot make a pseudo-terminal for %s", path);
    pty_pair_close(pair);
    return err;
}

enum err pty_pair_link(struct pty_pair *pair, struct port_failure *ret_failure)
{
    enum err err;

    if (pair->path[0] == '\0')
        return ERR_OK;
    pty_link_claim(pair->slave_fd, pair->path);
    err = pty_link_make(pair->path, pair->slave, ret_failure);
    pair->linked = err == ERR_OK;
    return err;
}

const char *pty_pair_where(const struct pty_pair *pair)
{
    return pair->path[0] != '\0' ? pair->path : pair->slave;
}

bool pty_pair_format(const struct pty_pair *pair, struct serial_format *ret_format)
{
    struct termios settings;

    if (tcgetattr(pair->slave_fd, &settings) < 0)
        return false;
    *ret_format = serial_format_of(&settings);
    ret_format->data_bits = 0;
    ret_format->parity = '\0';
    return true;
}

/* XON and XOFF would be the terminal's own, for hosts that never asked for it. */
void pty_pair_set_format(const struct pty_pair *pair, const struct serial_format *format)
{
    const struct serial_format shown = { .baud = format->baud,
                                         .stop_bits = format->stop_bits,
                                         .rtscts = format->rtscts };
    struct termios settings;

    if (tcgetattr(pair->slave_fd, &settings) < 0 || !serial_format_put(&shown, &settings))
        return;
    (void)tcsetattr(pair->slave_fd, TCSANOW, &settings);
}

int pty_pair_unread(const struct pty_pair *pair)
{
    int count = 0;

    return ioctl(pair->slave_fd, FIONREAD, &count) == 0 ? count : 0;
}

void pty_pair_close(struct pty_pair *pair)
{
    if (pair->linked)
        pty_link_remove(pair->path, pair->slave);
    if (pair->slave_fd >= 0)
        close(pair->slave_fd);
    if (pair->master_fd >= 0)
        close(pair->master_fd);
    *pair = (struct pty_pair){ .master_fd = -1, .slave_fd = -1 };
}
