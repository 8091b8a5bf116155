/* serial_format.h: how a serial line is set: rate, frame, flow control. */
#ifndef POSIX_SERIAL_FORMAT_H
#define POSIX_SERIAL_FORMAT_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

/* Plain data; what is 0 nobody has said. */
struct serial_format {
    uint32_t baud;     /* one of uart_rate.h */
    uint8_t data_bits; /* 5 to 8 */
    char parity;       /* 'N', 'E', 'O', mark 'M', space 'S' */
    uint8_t stop_bits; /* 1 or 2 */
    bool rtscts;       /* circuits 105 and 106 say who may send */
    bool xon_out;      /* XOFF from the other end holds what we send */
    bool xon_in;       /* our end holds the other one by XOFF */
};

enum { SERIAL_FORMAT_CAP = 48 };

/* True when nobody could tell one from the other: what is not said is 8, N and 1. */
bool serial_format_equal(const struct serial_format *a, const struct serial_format *b);

/* What `told` says, and of the rest what `base` says; flow control is as `told` has it. */
struct serial_format serial_format_merge(const struct serial_format *base,
                                         const struct serial_format *told);

/* Puts it into settings of a terminal, in which what is not said stays 8, N and 1; false: the
 * system has no such rate or parity.  A rate of 0 leaves that of the settings. */
bool serial_format_put(const struct serial_format *format, struct termios *settings);

/* What settings of a terminal say. */
struct serial_format serial_format_of(const struct termios *settings);

/* "115200 8N1 rtscts", as people write it. */
void serial_format_write(const struct serial_format *format, char ret_text[SERIAL_FORMAT_CAP]);

#endif
