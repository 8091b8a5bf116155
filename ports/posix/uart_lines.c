/* uart_lines.c: see uart_lines.h. */
#include "posix/uart_lines.h"

#include "iface/channel.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <sys/ioctl.h>

/* Circuits of the module, and the output of ours that has them arrive at the host.  Its CTS is our
 * RTS, which the kernel drives; no output of ours gets to its RI. */
static const struct {
    enum channel_line circuit;
    int output;
} outputs[] = {
    { LINE_DSR, TIOCM_DTR },
    { LINE_DCD, TIOCM_DTR },
};

/* Inputs of ours, either of which a host's DTR arrives at, as the cable is made.  CTS is its RTS,
 * which the kernel obeys where it was told to; nothing arrives at RI. */
enum { HOST_DTR = TIOCM_DSR | TIOCM_CD };

static int get(int fd, int *ret_bits)
{
    return ioctl(fd, TIOCMGET, ret_bits);
}

static int set(int fd, int bits)
{
    return ioctl(fd, TIOCMBIS, &bits);
}

static int clear(int fd, int bits)
{
    return ioctl(fd, TIOCMBIC, &bits);
}

const struct uart_line_ops uart_line_ioctls = { .get = get, .set = set, .clear = clear };

void uart_lines_init(struct uart_lines *lines, const struct uart_line_ops *ops)
{
    *lines = (struct uart_lines){ .ops = ops, .fd = -1, .circuits = LINE_DSR };
}

/* A device that cannot is left alone; one that is gone is seen by who looks. */
static void apply(const struct uart_lines *lines)
{
    int on = 0, off = 0;

    for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
        if ((lines->circuits & (unsigned)outputs[i].circuit) != 0)
            on |= outputs[i].output;
        else
            off |= outputs[i].output;
    }
    off &= ~on;
    if (on != 0)
        lines->ops->set(lines->fd, on);
    if (off != 0)
        lines->ops->clear(lines->fd, off);
}

void uart_lines_begin(struct uart_lines *lines, int fd)
{
    assert(fd >= 0);
    lines->fd = fd;
    apply(lines);
}

bool uart_lines_end(struct uart_lines *lines)
{
    bool falls = lines->saw_dtr && lines->dtr;

    lines->fd = -1;
    lines->dtr = false;
    return falls;
}

void uart_lines_drive(struct uart_lines *lines, unsigned circuits)
{
    lines->circuits = circuits;
    if (lines->fd >= 0)
        apply(lines);
}

/* EINVAL and ENOTTY: a driver without such lines (a pseudo-terminal's; before and since Linux
 * 5.13). */
static bool is_gone(int number)
{
    return number == EIO || number == ENXIO || number == ENODEV;
}

enum err uart_lines_look(struct uart_lines *lines, bool *ret_news)
{
    int bits = 0;
    bool on;

    assert(lines->fd >= 0);
    if (lines->ops->get(lines->fd, &bits) < 0)
        return is_gone(errno) ? ERR_IO : ERR_UNSUPPORTED;
    on = (bits & HOST_DTR) != 0;
    /* A cable without the wire shows an idle line for ever: it counts once it was seen on. */
    *ret_news = on ? !lines->saw_dtr || !lines->dtr : lines->saw_dtr && lines->dtr;
    if (!*ret_news)
        return ERR_OK;
    lines->saw_dtr = true;
    lines->dtr = on;
    return ERR_OK;
}
