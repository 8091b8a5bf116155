/* uart_lines.h: the circuits of a serial device, as a null modem carries them to a host and back.
 *
 * What asks the device is a table of operations, so that a test can be the device.  A device may
 * have no circuits (a pseudo-terminal, a cable of three wires), and may be pulled out.
 */
#ifndef POSIX_UART_LINES_H
#define POSIX_UART_LINES_H

#include "base/err.h"

#include <stdbool.h>

/* Bits are those of ioctl_tty(2), TIOCM_...; each call returns 0, or -1 with errno set. */
struct uart_line_ops {
    int (*get)(int fd, int *ret_bits); /* TIOCMGET */
    int (*set)(int fd, int bits);      /* TIOCMBIS: these on, others as they are */
    int (*clear)(int fd, int bits);    /* TIOCMBIC: these off */
};

/* The kernel's. */
extern const struct uart_line_ops uart_line_ioctls;

/* In memory of the caller's. */
struct uart_lines {
    const struct uart_line_ops *ops;
    int fd;            /* -1: the device is away */
    unsigned circuits; /* as the module has them: bits of enum channel_line */
    bool saw_dtr;      /* the host's was on once, so that there is a wire for it */
    bool dtr;          /* the host's, as it was told last */
};

/* Without a device; `ops` are borrowed. */
void uart_lines_init(struct uart_lines *lines, const struct uart_line_ops *ops);

/* The device is there, opened as `fd`, and gets the circuits as they are. */
void uart_lines_begin(struct uart_lines *lines, int fd);

/* The device has gone: true when the host's DTR, which was on, is off by that. */
bool uart_lines_end(struct uart_lines *lines);

/* The module's circuits are these bits of enum channel_line; kept while the device is away. */
void uart_lines_drive(struct uart_lines *lines, unsigned circuits);

/* Looks at the host's DTR; `*ret_news`: it is another than was told last, which `lines->dtr` has
 * then.  ERR_UNSUPPORTED: the device has no circuits, there is nothing to look at again; ERR_IO: it
 * is gone. */
enum err uart_lines_look(struct uart_lines *lines, bool *ret_news);

#endif
