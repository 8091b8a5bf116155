/* uart_lines.h: the circuits of a serial device: as a null modem carries them between a module of
 * ours and its host, or as a straight cable does between us and a real module.
 *
 * What asks the device is a table of operations, so that a test can be the device.  A device may
 * have no circuits (a pseudo-terminal, a cable of three wires), and may be pulled out.
 */
#ifndef POSIX_UART_LINES_H
#define POSIX_UART_LINES_H

#include "base/err.h"
#include "iface/channel.h"

#include <stdbool.h>

/* Bits are those of ioctl_tty(2), TIOCM_...; each call returns 0, or -1 with errno set. */
struct uart_line_ops {
    int (*get)(int fd, int *ret_bits); /* TIOCMGET */
    int (*set)(int fd, int bits);      /* TIOCMBIS: these on, others as they are */
    int (*clear)(int fd, int bits);    /* TIOCMBIC: these off */
};

/* The kernel's. */
extern const struct uart_line_ops uart_line_ioctls;

/* Who is at the other end of the cable. */
enum uart_far { UART_FAR_HOST, UART_FAR_MODULE };

/* In memory of the caller's. */
struct uart_lines {
    const struct uart_line_ops *ops;
    enum uart_far far;
    bool owns_rts;     /* the kernel drives RTS, by the flow control it was told to */
    int fd;            /* -1: the device is away */
    unsigned circuits; /* as this end has them: bits of enum channel_line */
    unsigned seen;     /* of the far end, those that were on once, so that there is a wire */
    unsigned far_on;   /* of the far end, as it was told last */
};

/* Without a device, with DSR on towards a host, DTR and RTS towards a module; `ops` are borrowed.
 */
void uart_lines_init(struct uart_lines *lines, const struct uart_line_ops *ops, enum uart_far far);

/* The device is there, opened as `fd`, and gets the circuits as they are. */
void uart_lines_begin(struct uart_lines *lines, int fd);

/* The device has gone: the circuits of the far end that were on, and are off by that. */
unsigned uart_lines_end(struct uart_lines *lines);

/* The circuits of this end are these bits of enum channel_line: towards a host DSR, DCD and CTS
 * (RI goes through no null modem), towards a module DTR and RTS; kept while the device is away. */
void uart_lines_drive(struct uart_lines *lines, unsigned circuits);

/* Turns one circuit of this end alone on or off; the device is there.  ERR_UNSUPPORTED: it has
 * none.
 */
enum err uart_lines_turn(struct uart_lines *lines, unsigned circuit, bool on);

/* Looks at the circuits of the far end: DTR and RTS of a host, DCD, DSR, CTS and RI of a module.
 * `*ret_news` are those that are otherwise than was told last, which `lines->far_on` has then.
 * ERR_UNSUPPORTED: the device has no circuits, there is nothing to look at again; ERR_IO: it is
 * gone. */
enum err uart_lines_look(struct uart_lines *lines, unsigned *ret_news);

/* The circuits of the far end as they were told last; where there is no wire DTR and RTS of a host
 * count as on, and DSR and CTS of a module. */
unsigned uart_lines_far(const struct uart_lines *lines);

#endif
