/* uart_lines.c: see uart_lines.h. */
#include "posix/uart_lines.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <sys/ioctl.h>

struct wire {
    unsigned circuit; /* of enum channel_line */
    int pins;         /* outputs that have it arrive; inputs at any of which it arrives */
};

/* A null modem: our DTR is the host's DSR and DCD, our RTS its CTS; its DTR is our DSR or DCD, as
 * the cable is made.  No output of ours gets to its RI. */
static const struct wire to_host[] = { { LINE_DSR, TIOCM_DTR },
                                       { LINE_DCD, TIOCM_DTR },
                                       { LINE_CTS, TIOCM_RTS } },
                         from_host[] = { { LINE_DTR, TIOCM_DSR | TIOCM_CD },
                                         { LINE_RTS, TIOCM_CTS } },
                         to_module[] = { { LINE_DTR, TIOCM_DTR }, { LINE_RTS, TIOCM_RTS } },
                         from_module[] = { { LINE_DCD, TIOCM_CD },
                                           { LINE_DSR, TIOCM_DSR },
                                           { LINE_CTS, TIOCM_CTS },
                                           { LINE_RI, TIOCM_RI } };

/* Where no kind of cable ends. */
struct wiring {
    const struct wire *out, *in;
    size_t out_count, in_count;
    unsigned at_first; /* circuits of our end */
    unsigned unwired;  /* circuits of the other one that are on where there is no wire */
    bool by_circuit;   /* a circuit counts once it was seen on; else all do once one was */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct wiring wirings[] = {
    [UART_FAR_HOST] = { to_host, from_host, COUNT(to_host), COUNT(from_host), LINE_DSR | LINE_CTS,
                        LINE_DTR | LINE_RTS, true },
    [UART_FAR_MODULE] = { to_module, from_module, COUNT(to_module), COUNT(from_module),
                          LINE_DTR | LINE_RTS, LINE_DSR | LINE_CTS, false },
};

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

void uart_lines_init(struct uart_lines *lines, const struct uart_line_ops *ops, enum uart_far far)
{
    *lines =
        (struct uart_lines){ .ops = ops, .far = far, .fd = -1, .circuits = wirings[far].at_first };
}

/* A device that cannot is left alone; one that is gone is seen by who looks. */
static void apply(const struct uart_lines *lines)
{
    const struct wiring *wiring = &wirings[lines->far];
    int on = 0, off = 0;

    for (size_t i = 0; i < wiring->out_count; i++) {
        if ((lines->circuits & wiring->out[i].circuit) != 0)
            on |= wiring->out[i].pins;
        else
            off |= wiring->out[i].pins;
    }
    if (lines->owns_rts) {
        on &= ~TIOCM_RTS;
        off &= ~TIOCM_RTS;
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

unsigned uart_lines_end(struct uart_lines *lines)
{
    unsigned fallen = lines->far_on;

    lines->fd = -1;
    lines->far_on = 0;
    return fallen;
}

void uart_lines_drive(struct uart_lines *lines, unsigned circuits)
{
    lines->circuits = circuits;
    if (lines->fd >= 0)
        apply(lines);
}

enum err uart_lines_turn(struct uart_lines *lines, unsigned circuit, bool on)
{
    const struct wiring *wiring = &wirings[lines->far];
    int pins = 0;

    assert(lines->fd >= 0);
    for (size_t i = 0; i < wiring->out_count; i++)
        pins |= wiring->out[i].circuit == circuit ? wiring->out[i].pins : 0;
    return (on ? lines->ops->set : lines->ops->clear)(lines->fd, pins) == 0 ? ERR_OK
                                                                            : ERR_UNSUPPORTED;
}

/* EINVAL and ENOTTY: a driver without such lines (a pseudo-terminal's; before and since Linux
 * 5.13). */
static bool is_gone(int number)
{
    return number == EIO || number == ENXIO || number == ENODEV;
}

/* A cable without the wire shows an idle circuit for ever. */
static void note_seen(struct uart_lines *lines, const struct wiring *wiring, unsigned on)
{
    lines->seen |= on;
    for (size_t i = 0; i < wiring->in_count && on != 0 && !wiring->by_circuit; i++)
        lines->seen |= wiring->in[i].circuit;
}

enum err uart_lines_look(struct uart_lines *lines, unsigned *ret_news)
{
    const struct wiring *wiring = &wirings[lines->far];
    unsigned on = 0, seen_before = lines->seen;
    int bits = 0;

    assert(lines->fd >= 0);
    if (lines->ops->get(lines->fd, &bits) < 0)
        return is_gone(errno) ? ERR_IO : ERR_UNSUPPORTED;
    for (size_t i = 0; i < wiring->in_count; i++) {
        if ((bits & wiring->in[i].pins) != 0)
            on |= wiring->in[i].circuit;
    }
    note_seen(lines, wiring, on);
    *ret_news = (on ^ lines->far_on) | (lines->seen & ~seen_before);
    lines->far_on = on;
    return ERR_OK;
}

unsigned uart_lines_far(const struct uart_lines *lines)
{
    return lines->far_on | (wirings[lines->far].unwired & ~lines->seen);
}
